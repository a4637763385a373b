number.o: src/base/number.h include/cachetap/base.h
include/cachetap/base.h:
