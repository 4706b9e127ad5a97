"""Tests of the engines that evaluate rules over many records at once."""
