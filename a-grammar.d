grammar.o: src/cache/grammar.h src/cache/tables.h \
 include/cachetap/cache.h include/cachetap/http.h \
 include/cachetap/consumer.h include/cachetap/base.h
src/cache/tables.h:
include/cachetap/cache.h:
include/cachetap/http.h:
include/cachetap/consumer.h:
include/cachetap/base.h:
