h1.o: src/http/h1.h include/cachetap/http.h include/cachetap/consumer.h \
 include/cachetap/base.h src/http/startline.h
include/cachetap/http.h:
include/cachetap/consumer.h:
include/cachetap/base.h:
src/http/startline.h:
