wrappings.o: tests/support/wrappings.h tests/support/frames.h \
 include/cachetap/base.h
tests/support/frames.h:
include/cachetap/base.h:
