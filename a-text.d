text.o: src/base/text.h include/cachetap/base.h
include/cachetap/base.h:
