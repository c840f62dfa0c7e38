"""Random small networks on all functions of three bits: drawn by lot, or drawn by lot and then trained.

A network has three inputs, each -1 or 1, and a bias, an input that is always 1; `hidden` tanh units; one output, whose sign is
the answer.  Every weight comes from a normal distribution with mean 0: its deviation is scale/2 in the first layer and
1/sqrt(hidden) in the second.  Network number n of a seed is the same one whoever asks for it.

A function is the text of its eight answers, to the inputs 000, 001, …, 111; its number is that text read as a binary number.
A training set is such a text with "?" where the answer is not told.

>>> completions("00?1??11")[:3]
['00010011', '00010111', '00011011']
"""
from .functions import PARITY, completions, log_correlation, shares, total_variation
from .networks import INPUTS, Training, draw, train, weights

__all__ = ["INPUTS", "PARITY", "Training", "completions", "draw", "log_correlation", "shares", "total_variation", "train",
           "weights"]
