span.o: src/base/span.h include/cachetap/base.h
include/cachetap/base.h:
