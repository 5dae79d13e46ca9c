"""A network of one host, far away: everything sent to 192.0.2.0/24 comes back to this host, later.

Swapping source and destination makes a packet to 192.0.2.x one from 192.0.2.x, and leaves its checksums right.
Usage: far-link.py MILLISECONDS. Needs a network namespace of its own. Says "ready" and runs until it is killed.
"""

import fcntl
import heapq
import os
import select
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000

delay = float(sys.argv[1]) / 1000
device = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", b"far0", IFF_TUN | IFF_NO_PI))
for command in ("link set lo up", "address add 192.0.2.1/24 dev far0", "link set far0 up"):
    subprocess.run(["ip", *command.split()], check=True)
print("ready", flush=True)

under_way = []
while True:
    wait = max(0, under_way[0][0] - time.monotonic()) if under_way else None
    if select.select([device], [], [], wait)[0]:
        packet = os.read(device, 65536)
        if packet[0] >> 4 == 4:
            turned = packet[:12] + packet[16:20] + packet[12:16] + packet[20:]
            heapq.heappush(under_way, (time.monotonic() + delay, len(under_way), turned))
    while under_way and under_way[0][0] <= time.monotonic():
        os.write(device, heapq.heappop(under_way)[2])
