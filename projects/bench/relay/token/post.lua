-- Token requests of many users, one after the other; their credentials come from the file in JWTS, one a line.
local headers = {}
for line in io.lines(os.getenv("JWTS")) do headers[#headers + 1] = "Bearer " .. line end
local turn = 0
request = function()
  turn = turn % #headers + 1
  return wrk.format("POST", "/token", {
    ["Authorization"] = headers[turn],
    ["Content-Type"] = "application/json",
    ["X-Genesys-Auth"] = "1"
  }, '{"scopes":["analytics","routing"]}')
end

-- With PAUSE_MS each connection waits so long between an answer and its next request.
local pause = tonumber(os.getenv("PAUSE_MS") or "")
if pause then
  delay = function() return pause end
end
