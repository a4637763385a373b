sf_item.o: src/http/sf_item.h src/http/sf.h include/cachetap/base.h
src/http/sf.h:
include/cachetap/base.h:
