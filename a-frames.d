frames.o: tests/support/frames.h include/cachetap/base.h
include/cachetap/base.h:
