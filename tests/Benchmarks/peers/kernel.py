"""Starts the notebook host as a Jupyter kernel, as a front end does, and times its first answers.

usage: kernel.py KERNEL     the name of an installed kernelspec (JUPYTER_PATH says where)
Prints one line of JSON, seconds: kernel_info (from the start of the process), first_cell (from there on), later_cell (median of 20).
"""
import json
import statistics
import sys
import time

from jupyter_client.manager import KernelManager

manager = KernelManager(kernel_name=sys.argv[1])
began = time.perf_counter()
manager.start_kernel()
client = manager.client()
client.start_channels()


def ask(send):
    asked = send()
    while client.get_shell_msg(timeout=30)["parent_header"].get("msg_id") != asked:
        pass


ask(client.kernel_info)
answered = time.perf_counter()


def cell():
    start = time.perf_counter()
    ask(lambda: client.execute("1 + 1"))
    return time.perf_counter() - start


first = cell()
later = statistics.median(cell() for _ in range(20))
client.stop_channels()
manager.shutdown_kernel(now=True)
print(json.dumps({"kernel_info": answered - began, "first_cell": first, "later_cell": later}))
