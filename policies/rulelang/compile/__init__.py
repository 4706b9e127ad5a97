"""Compile formulas to one Python function: the core of the row engine, for single events and small batches."""

from policies.rulelang.compile.assemble import Finder, compile_formulas
from policies.rulelang.compile.guard import UnsafeCodeError

__all__ = ["Finder", "UnsafeCodeError", "compile_formulas"]
