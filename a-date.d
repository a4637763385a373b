date.o: src/http/date.h include/cachetap/base.h
include/cachetap/base.h:
