guard.o: tests/support/guard.h
