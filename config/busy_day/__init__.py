"""The demo filled with two weeks of trade and a morning of troubles: for training and pictures.

Everything happens by the portal's own flows against the sandbox; only the clock is turned back
afterwards on what is to look old. `make demo BUSY=1` starts it.
"""

from .fill import fill

__all__ = ["fill"]
