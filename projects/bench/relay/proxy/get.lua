-- Calls of the API by many users, one after the other; their credentials come from the file in JWTS, one a line.
local headers = {}
for line in io.lines(os.getenv("JWTS")) do headers[#headers + 1] = "Bearer " .. line end
local path = os.getenv("TARGET")
local turn = 0
request = function()
  turn = turn % #headers + 1
  return wrk.format("GET", path, {
    ["Authorization"] = headers[turn],
    ["Accept"] = "application/json",
    ["Cookie"] = "session=bench",
    ["X-Genesys-Auth"] = "1"
  })
end
