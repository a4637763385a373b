control.o: src/cache/control.h include/cachetap/base.h
include/cachetap/base.h:
