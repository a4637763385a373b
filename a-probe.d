probe.o: tests/support/probe.h include/cachetap/packet.h \
 include/cachetap/base.h tests/support/frames.h tests/support/guard.h
include/cachetap/packet.h:
include/cachetap/base.h:
tests/support/frames.h:
tests/support/guard.h:
