# The snippet that circulates for Genesys notifications, with nothing changed but the URL and the credential. Prints the first
# messages and stops.
import asyncio
import json
import sys

import websockets

uri, access_token, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
headers = {"Authorization": f"Bearer {access_token}"}


async def main():
    seen = 0
    async with websockets.connect(uri, extra_headers=headers) as ws:
        await ws.send(json.dumps({
            "id": 1,
            "method": "subscribe",
            "params": {"channels": ["routing/queueMetrics"]}
        }))
        async for msg in ws:
            print(msg, flush=True)
            seen += 1
            if seen == count:
                return


asyncio.run(main())
