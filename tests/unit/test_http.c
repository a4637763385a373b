/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of HTTP/1.x as transactions, however their bytes are cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/wire.h"

/* A conversation: texts that begin with '>' are the client's, with '<' the server's. */
#define TEXTS_MAX 12
struct talk {
    const char *name;
    const char *texts[TEXTS_MAX];
    const char *expected;
};

/* clang-format off */
static const struct talk talks[] = {
    {"plain request and response",
     {">GET /a HTTP/1.1\r\nHost: x\r\n\r\n", "<HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"},
     "1 GET /a 1.1 host=x | 200 OK 1.1 | body 0+3 wire 28+41 missing 0+0 | whole | | "
     ">Host=x; <Content-Length=3\n"},
    {"names and values keep their case, blanks around values go",
     {">GET /a HTTP/1.1\r\nhOST: \t X.y \t\r\nUser-Agent:a  b\r\n\r\n", "<HTTP/1.1 204 No Content\r\n\r\n"},
     "1 GET /a 1.1 host=X.y | 204 No Content 1.1 | body 0+0 wire 51+27 missing 0+0 | whole | | "
     ">Host=X.y; >User-Agent=a  b\n"},
    {"folded lines become one space",
     {">GET / HTTP/1.1\r\nUser-Agent: a \r\n \t b\r\n\tc\r\nReferer:\r\n d\r\n\r\n", "<HTTP/1.1 304\r\n\r\n"},
     "1 GET / 1.1 host= | 304  1.1 | body 0+0 wire 58+16 missing 0+0 | whole | | "
     ">User-Agent=a b c; >Referer=d\n"},
    {"bare line feeds end lines",
     {">GET / HTTP/1.1\nHost: h\n\n", "<HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3\nabc\n0\nETag: t\n\n"},
     "1 GET / 1.1 host=h | 200 OK 1.1 | body 0+3 wire 24+61 missing 0+0 | whole | | "
     ">Host=h; <Transfer-Encoding=chunked; <trailer:ETag=t\n"},
    {"empty lines before a start line are no part of it",
     {">\r\n\r\nGET / HTTP/1.1\r\n\r\n\r\n\nGET /2 HTTP/1.1\r\n\r\n",
      "<HTTP/1.1 204 A\r\n\r\n\r\nHTTP/1.1 204 B\r\n\r\n"},
     "1 GET / 1.1 host= | 204 A 1.1 | body 0+0 wire 18+18 missing 0+0 | whole | | \n"
     "2 GET /2 1.1 host= | 204 B 1.1 | body 0+0 wire 19+18 missing 0+0 | whole | | \n"},
    {"pipelined requests in one segment, HEAD among them",
     {">GET /1 HTTP/1.1\r\n\r\nHEAD /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\n\r\n",
      "<HTTP/1.1 200 A\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 B\r\nContent-Length: 99\r\n\r\n"
      "HTTP/1.1 404 C\r\nContent-Length: 0\r\n\r\n"},
     "1 GET /1 1.1 host= | 200 A 1.1 | body 0+1 wire 19+38 missing 0+0 | whole | | <Content-Length=1\n"
     "2 HEAD /2 1.1 host= | 200 B 1.1 | body 0+0 wire 20+38 missing 0+0 | whole | | <Content-Length=99\n"
     "3 GET /3 1.1 host= | 404 C 1.1 | body 0+0 wire 19+37 missing 0+0 | whole | | <Content-Length=0\n"},
    {"chunks with extensions, blanks, upper case and trailers",
     {">GET / HTTP/1.1\r\n\r\n",
      "<HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n"
      "3;a=\"b;c\"\r\nabc\r\nA \r\n0123456789\r\n000\r\nAge: 5\r\nSet-Cookie: secret\r\n\r\n"},
     "1 GET / 1.1 host= | 200 OK 1.1 | body 0+13 wire 18+120 missing 0+0 | whole | | "
     "<Transfer-Encoding=gzip, Chunked; <trailer:Age=5; <trailer:Set-Cookie=\n"},
    {"chunked request",
     {">POST /p HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", "<HTTP/1.1 204 N\r\n\r\n"},
     "1 POST /p 1.1 host= | 204 N 1.1 | body 2+0 wire 60+18 missing 0+0 | whole | | "
     ">Transfer-Encoding=chunked\n"},
    {"body to the end of the connection",
     {">GET / HTTP/1.0\r\n\r\n", "<HTTP/1.0 200 OK\r\nServer: s\r\n\r\nabc", "<def"},
     "1 GET / 1.0 host= | 200 OK 1.0 | body 0+6 wire 18+36 missing 0+0 | whole | close-delimited | <Server=s\n"},
    {"keep-alive in HTTP/1.0",
     {">GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
      "<HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok",
      ">GET /2 HTTP/1.0\r\n\r\n", "<HTTP/1.0 204 N\r\n\r\n"},
     "1 GET /1 1.0 host= | 200 OK 1.0 | body 0+2 wire 43+64 missing 0+0 | whole | | "
     ">Connection=keep-alive; <Content-Length=2; <Connection=keep-alive\n"
     "2 GET /2 1.0 host= | 204 N 1.0 | body 0+0 wire 19+18 missing 0+0 | whole | | \n"},
    {"interim responses",
     {">POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n", "<HTTP/1.1 100 Continue\r\n\r\n", ">ab",
      "<HTTP/1.1 102 P\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\nETag: no\r\n\r\nHTTP/1.1 204 N\r\nETag: y\r\n\r\n"},
     "1 POST / 1.1 host= | 204 N 1.1 | body 2+0 wire 40+27 missing 0+0 | whole | interim | "
     ">Content-Length=2; <ETag=y\n"},
    {"no body in 204 and 304 whatever the fields say",
     {">GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n",
      "<HTTP/1.1 304 NM\r\nContent-Length: 100\r\n\r\nHTTP/1.1 204 N\r\nTransfer-Encoding: chunked\r\n\r\n"},
     "1 GET /1 1.1 host= | 304 NM 1.1 | body 0+0 wire 19+40 missing 0+0 | whole | | <Content-Length=100\n"
     "2 GET /2 1.1 host= | 204 N 1.1 | body 0+0 wire 19+46 missing 0+0 | whole | | <Transfer-Encoding=chunked\n"},
    {"methods that no parser knows",
     {">BAN /x HTTP/1.1\r\n\r\nREFRESH /y HTTP/1.1\r\n\r\nPROPFIND2 /z HTTP/1.1\r\n\r\n",
      "<HTTP/1.1 200 Banned\r\nContent-Length: 0\r\n\r\nHTTP/1.1 204 N\r\n\r\nHTTP/1.1 204 M\r\n\r\n"},
     "1 BAN /x 1.1 host= | 200 Banned 1.1 | body 0+0 wire 19+42 missing 0+0 | whole | | <Content-Length=0\n"
     "2 REFRESH /y 1.1 host= | 204 N 1.1 | body 0+0 wire 23+18 missing 0+0 | whole | | \n"
     "3 PROPFIND2 /z 1.1 host= | 204 M 1.1 | body 0+0 wire 25+18 missing 0+0 | whole | | \n"},
    {"forms of the target",
     {">GET http://u:p@Example.org:81/a?b HTTP/1.1\r\nHost: other\r\nReferer: https://me:pw@r/x@y\r\n\r\n"
      "OPTIONS * HTTP/1.1\r\nHost: s\r\n\r\nGET /a b\tc HTTP/1.7\r\nHost: t\r\nHost: u\r\n\r\n",
      "<HTTP/1.1 204 A\r\n\r\nHTTP/1.1 204 B\r\n\r\nHTTP/1.1 204 C\r\n\r\n"},
     "1 GET http://Example.org:81/a?b 1.1 host=Example.org:81 | 204 A 1.1 | body 0+0 wire 89+18 missing 0+0 | "
     "whole | credentials-removed | >Host=other; >Referer=https://r/x@y\n"
     "2 OPTIONS * 1.1 host=s | 204 B 1.1 | body 0+0 wire 31+18 missing 0+0 | whole | | >Host=s\n"
     "3 GET /a b\\x09c 1.7 host=t | 204 C 1.1 | body 0+0 wire 41+18 missing 0+0 | whole | | >Host=t; >Host=u\n"},
    {"a Host field with the userinfo that it must not have",
     {">GET / HTTP/1.1\r\nHost: me:pw@t:8\r\n\r\n", "<HTTP/1.1 204 N\r\n\r\n"},
     "1 GET / 1.1 host=t:8 | 204 N 1.1 | body 0+0 wire 35+18 missing 0+0 | "
     "whole | credentials-removed | >Host=t:8\n"},
    {"secret values are not stored, their presence is",
     {">GET / HTTP/1.1\r\nCookie: a=b\r\nAuthorization: Basic eDp5\r\nProxy-Authorization: z\r\n\r\n",
      "<HTTP/1.1 204 N\r\nSet-Cookie: q=r\r\nSet-Cookie: s\r\n\r\n"},
     "1 GET / 1.1 host= | 204 N 1.1 | body 0+0 wire 82+50 missing 0+0 | whole | | "
     ">Cookie=; >Authorization=; >Proxy-Authorization=; <Set-Cookie=; <Set-Cookie=\n"},
    {"chunked wins over a length",
     {">GET / HTTP/1.1\r\n\r\n",
      "<HTTP/1.1 200 OK\r\nContent-Length: 50\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"},
     "1 GET / 1.1 host= | 200 OK 1.1 | body 0+1 wire 18+78 missing 0+0 | whole | length-conflict | "
     "<Content-Length=50; <Transfer-Encoding=chunked\n"},
    {"equal lengths are one, of different ones the last counts",
     {">GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n",
      "<HTTP/1.1 200 A\r\nContent-Length: 2\r\nContent-Length: 2, 2\r\n\r\nab"
      "HTTP/1.1 200 B\r\nContent-Length: 9\r\nContent-Length: 1\r\n\r\nc"},
     "1 GET /1 1.1 host= | 200 A 1.1 | body 0+2 wire 19+61 missing 0+0 | whole | | "
     "<Content-Length=2; <Content-Length=2, 2\n"
     "2 GET /2 1.1 host= | 200 B 1.1 | body 0+1 wire 19+57 missing 0+0 | whole | length-conflict | "
     "<Content-Length=9; <Content-Length=1\n"},
    {"a length that is no number is passed over",
     {">POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", "<HTTP/1.1 204 N\r\n\r\n"},
     "1 POST / 1.1 host= | 204 N 1.1 | body 0+0 wire 39+18 missing 0+0 | whole | length-conflict | "
     ">Content-Length=-5\n"},
    {"NUL, control and 8-bit octets in values are kept",
     {">GET /\xff HTTP/1.1\r\nHost: a\xc3\xa4\x01z\r\n\r\n", "<HTTP/1.1 204 \xe4\r\n\r\n"},
     "1 GET /\\xff 1.1 host=a\\xc3\\xa4\\x01z | 204 \\xe4 1.1 | body 0+0 wire 32+18 missing 0+0 | whole | | "
     ">Host=a\\xc3\\xa4\\x01z\n"},
    {"lines that are no header lines are passed over",
     {">GET / HTTP/1.1\r\nno colon here\r\nHost : h\r\nX(y): z\r\n: empty\r\nAge: 1\r\n\r\n", "<HTTP/1.1 204 N\r\n\r\n"},
     "1 GET / 1.1 host=h | 204 N 1.1 | body 0+0 wire 69+18 missing 0+0 | whole | | >Host=h; >Age=1\n"},
    {"websocket",
     {">GET /ws HTTP/1.1\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n",
      "<HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x81\x02hi", ">\x82ZZ"},
     "1 GET /ws 1.1 host= | 101 Switching 1.1 | body 0+0 wire 73+67 missing 0+0 | whole | tunnel | "
     ">Connection=keep-alive, Upgrade; >Upgrade=websocket; <Upgrade=websocket; <Connection=Upgrade\n"
     "tunnel websocket\nrest> \\x82ZZ\nrest< \\x81\\x02hi\n"},
    {"h2c upgrade with the client's octets sent early",
     {">GET /h HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\nPRI",
      "<HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nxyz", "> * more"},
     "1 GET /h 1.1 host= | 101 S 1.1 | body 0+0 wire 70+53 missing 0+0 | whole | tunnel | "
     ">Connection=Upgrade, HTTP2-Settings; >Upgrade=h2c; <Connection=Upgrade; <Upgrade=h2c\n"
     "tunnel http/2\nrest> PRI * more\nrest< xyz\n"},
    {"upgrade that is not taken: the connection goes on",
     {">GET /h HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nGET /2 HTTP/1.1\r\n\r\n",
      "<HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 204 N\r\n\r\n"},
     "1 GET /h 1.1 host= | 200 OK 1.1 | body 0+1 wire 54+39 missing 0+0 | whole | | "
     ">Connection=Upgrade; >Upgrade=h2c; <Content-Length=1\n"
     "2 GET /2 1.1 host= | 204 N 1.1 | body 0+0 wire 19+18 missing 0+0 | whole | | \n"},
    {"CONNECT opens a tunnel",
     {">CONNECT u@h.org:443 HTTP/1.1\r\nContent-Length: 9\r\n\r\n",
      "<HTTP/1.1 200 Established\r\nTransfer-Encoding: chunked\r\n\r\n", ">\x16\x03", "<\x17"},
     "1 CONNECT h.org:443 1.1 host=h.org:443 | 200 Established 1.1 | body 0+0 wire 51+56 missing 0+0 | whole | "
     "tunnel,credentials-removed | >Content-Length=9; <Transfer-Encoding=chunked\n"
     "tunnel connect\nrest> \\x16\\x03\nrest< \\x17\n"},
    {"CONNECT refused: the connection goes on",
     {">CONNECT h:443 HTTP/1.1\r\n\r\n", "<HTTP/1.1 407 Auth\r\nContent-Length: 2\r\n\r\nno",
      ">GET /2 HTTP/1.1\r\n\r\n", "<HTTP/1.1 204 N\r\n\r\n"},
     "1 CONNECT h:443 1.1 host=h:443 | 407 Auth 1.1 | body 0+2 wire 26+42 missing 0+0 | whole | | <Content-Length=2\n"
     "2 GET /2 1.1 host= | 204 N 1.1 | body 0+0 wire 19+18 missing 0+0 | whole | | \n"},
    {"SIP", {">OPTIONS sip:a SIP/2.0\r\nVia: x\r\n\r\n", "<SIP/2.0 200 OK\r\n\r\n"},
     "reject sip\nrest> Via: x\\x0d\\x0a\\x0d\\x0a\nrest< SIP/2.0 200 OK\\x0d\\x0a\\x0d\\x0a\n"},
    {"RTSP", {">DESCRIBE rtsp://h/x RTSP/1.0\r\n\r\n"}, "reject rtsp\nrest> \\x0d\\x0a\n"},
    {"ICAP", {">REQMOD icap://h/x ICAP/1.0\r\n\r\n"}, "reject icap\nrest> \\x0d\\x0a\n"},
    {"HTTP/0.9", {">GET /old\r\n", "<hello"}, "reject http/0.9\nrest< hello\n"},
    {"HTTP/2 by prior knowledge", {">PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
     "reject http/2\nrest> \\x0d\\x0aSM\\x0d\\x0a\\x0d\\x0a\n"},
    {"chunk size that overflows",
     {">GET / HTTP/1.1\r\n\r\n", "<HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc"},
     NULL},
    {"response to a request that was not seen, answering HEAD",
     {"<HTTP/1.1 200 A\r\nContent-Length: 500\r\n\r\nHTTP/1.1 200 B\r\nContent-Length: 12\r\n\r\nHTTP/1.1 4xx"},
     "1 - | 200 A 1.1 | body 0+0 wire 0+39 missing 0+0 | whole | method-unknown | <Content-Length=500\n"
     "2 - | 200 B 1.1 | body 0+12 wire 0+50 missing 0+0 | whole | method-unknown | <Content-Length=12\n"},
    {"response to a request that was not seen, whose body begins like a response",
     {"<HTTP/1.1 200 A\r\nContent-Length: 5\r\n\r\nHTTP/HTTP/1.1 204 B\r\n\r\n"},
     "1 - | 200 A 1.1 | body 0+5 wire 0+42 missing 0+0 | whole | method-unknown | <Content-Length=5\n"
     "2 - | 204 B 1.1 | body 0+0 wire 0+18 missing 0+0 | whole | | \n"},
};
/* clang-format on */

enum cut_mode { CUT_NOT, CUT_OCTETS, CUT_SPLIT, CUT_OCTETS_ONE_SEGMENT };

static void converse(struct wire *wire, const struct talk *talk)
{
    wire_open(wire, false);
    for (size_t i = 0; i < TEXTS_MAX && talk->texts[i] != NULL; i++) {
        wire_send(wire, talk->texts[i][0] == '>' ? CT_DIR_ORIG : CT_DIR_RESP, talk->texts[i] + 1);
    }
    wire_eof(wire, CT_DIR_ORIG);
    wire_eof(wire, CT_DIR_RESP);
    wire_close(wire, CT_CLOSE_FIN);
}

static void each_conversation_is_read_as_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof talks / sizeof talks[0]; i++) {
        struct wire wire;
        wire_init(&wire, NULL);
        converse(&wire, &talks[i]);
        if (talks[i].expected != NULL && strcmp(wire_log(&wire), talks[i].expected) != 0) {
            print_message("%s\n", talks[i].name);
        }
        if (talks[i].expected != NULL) {
            assert_string_equal(wire_log(&wire), talks[i].expected);
        }
        wire_fini(&wire);
    }
}

static void compare_cut(struct wire *wire, const struct talk *talk, const char *expected)
{
    wire_clear(wire);
    converse(wire, talk);
    if (strcmp(wire_log(wire), expected) != 0) {
        print_message("%s, cut %zu, split %zu\n", talk->name, wire->cut, wire->split);
    }
    assert_string_equal(wire_log(wire), expected);
}

static void cutting_does_not_matter(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof talks / sizeof talks[0]; i++) {
        struct wire wire;
        wire_init(&wire, NULL);
        converse(&wire, &talks[i]);
        char *expected = strdup(wire_log(&wire));
        assert_non_null(expected);
        for (size_t cut = 1; cut < 8; cut++) {
            wire.cut = cut;
            wire.one_segment = cut % 2 == 0;
            compare_cut(&wire, &talks[i], expected);
        }
        wire.cut = 0;
        for (size_t split = 1; split < 300; split++) {
            wire.split = split;
            compare_cut(&wire, &talks[i], expected);
        }
        free(expected);
        wire_fini(&wire);
    }
}

/* Reads one conversation; the counters and the log are in wire. */
static void read_talk(struct wire *wire, const struct talk *talk)
{
    wire_init(wire, NULL);
    wire->terse = true;
    converse(wire, talk);
}

static void chunk_size_that_overflows_is_malformed(void **state)
{
    (void)state;
    struct talk talk = {.texts = {">GET / HTTP/1.1\r\n\r\n",
                                  "<HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                  "fffffffffffffffff\r\nabc"}};
    struct wire wire;
    read_talk(&wire, &talk);
    assert_string_equal(wire_log(&wire), "1 GET / 200 malformed\n");
    assert_int_equal(ct_http_counters(wire.http)->malformed, 1);
    wire_fini(&wire);
}

static void chunk_size_past_any_offset_is_malformed(void **state)
{
    (void)state;
    struct talk talk = {.texts = {">GET / HTTP/1.1\r\n\r\n",
                                  "<HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                  "4000000000000000\r\nabc"}};
    struct wire wire;
    read_talk(&wire, &talk);
    assert_string_equal(wire_log(&wire), "1 GET / 200 malformed\n");
    wire_fini(&wire);
}

/* The answer to HEAD comes before its request is known, and a hole where a body would begin. */
static void answer_to_head_is_whole_once_its_request_is_known(void **state)
{
    (void)state;
    static const char request[] = "HEAD /1 HTTP/1.1\r\n\r\n";
    struct wire wire;
    wire_init(&wire, NULL);
    wire_open(&wire, false);
    static const char response[] = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n";
    wire_send_acked(&wire, CT_DIR_RESP,
                    (struct ct_span){(const uint8_t *)response, sizeof response - 1},
                    WIRE_ORIGIN + sizeof request - 1);
    wire_lose(&wire, CT_DIR_RESP, 100);
    wire_send_acked(&wire, CT_DIR_ORIG,
                    (struct ct_span){(const uint8_t *)request, sizeof request - 1}, WIRE_ORIGIN);
    assert_string_equal(wire_log(&wire), "1 HEAD /1 1.1 host= | 200 OK 1.1 | body 0+0 wire 20+38 "
                                         "missing 0+0 | whole | | <Content-Length=9\n");
    wire_fini(&wire);
}

static void octets_between_messages_are_passed_over(void **state)
{
    (void)state;
    struct talk talk = {
        .texts = {">GET /1 HTTP/1.1\r\n\r\n", "<HTTP/1.1 200 A\r\nContent-Length: 2\r\n\r\nab",
                  "<surplus octets", ">GET /2 HTTP/1.1\r\n\r\n", "<HTTP/1.1 204 B\r\n\r\n"}};
    struct wire wire;
    read_talk(&wire, &talk);
    assert_string_equal(wire_log(&wire), "1 GET /1 200\n2 GET /2 204\n");
    assert_int_equal(ct_http_counters(wire.http)->malformed, 1);
    assert_int_equal(ct_http_counters(wire.http)->resync_bytes, strlen("surplus octets"));
    wire_fini(&wire);
}

static void binary_header_is_malformed(void **state)
{
    (void)state;
    struct talk talk = {
        .texts = {">GET /1 HTTP/1.1\r\nHo\x01\x02: x\r\n\r\n", ">GET /2 HTTP/1.1\r\n\r\n"}};
    struct wire wire;
    read_talk(&wire, &talk);
    assert_string_equal(wire_log(&wire), "1 GET /1 - malformed\n2 GET /2 -\n");
    wire_fini(&wire);
}

static void nul_in_a_value_is_kept(void **state)
{
    (void)state;
    struct wire wire;
    wire_init(&wire, NULL);
    wire_open(&wire, false);
    static const char text[] = "GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n";
    wire_send_span(&wire, CT_DIR_ORIG, (struct ct_span){(const uint8_t *)text, sizeof text - 1});
    wire_close(&wire, CT_CLOSE_END);
    assert_non_null(strstr(wire_log(&wire), ">Host=a\\x00b\n"));
    wire_fini(&wire);
}

static void bodies_are_skipped_not_read(void **state)
{
    (void)state;
    struct wire wire;
    wire_init(&wire, NULL);
    wire_open(&wire, false);
    wire_send(&wire, CT_DIR_ORIG, "GET /1 HTTP/1.1\r\n\r\n");
    wire_send(&wire, CT_DIR_RESP, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nabc");
    assert_int_equal(wire.side[CT_DIR_RESP].skip_left, 999997);
    wire_close(&wire, CT_CLOSE_END);
    assert_non_null(strstr(wire_log(&wire), "body 0+3 wire 19+47 missing 0+0 | open2 |"));
    wire_fini(&wire);
}

static void a_reset_is_noted(void **state)
{
    (void)state;
    struct wire wire;
    wire_init(&wire, NULL);
    wire.terse = true;
    wire_open(&wire, false);
    wire_send(&wire, CT_DIR_ORIG, "GET /1 HTTP/1.1\r\n\r\n");
    wire_send(&wire, CT_DIR_RESP, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    wire_close(&wire, CT_CLOSE_RST);
    assert_string_equal(wire_log(&wire), "1 GET /1 200 reset\n");
    assert_int_equal(ct_http_counters(wire.http)->incomplete, 1);
    wire_fini(&wire);
}

static void times_are_those_of_the_octets(void **state)
{
    (void)state;
    struct wire wire;
    wire_init(&wire, NULL);
    wire_open(&wire, false);
    wire_send(&wire, CT_DIR_ORIG, "GET /1 HT");
    wire_wait(&wire, 10);
    wire_send(&wire, CT_DIR_ORIG, "TP/1.1\r\n\r\n");
    wire_close(&wire, CT_CLOSE_END);
    wire_fini(&wire);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_conversation_is_read_as_written),
        cmocka_unit_test(cutting_does_not_matter),
        cmocka_unit_test(chunk_size_that_overflows_is_malformed),
        cmocka_unit_test(chunk_size_past_any_offset_is_malformed),
        cmocka_unit_test(answer_to_head_is_whole_once_its_request_is_known),
        cmocka_unit_test(octets_between_messages_are_passed_over),
        cmocka_unit_test(binary_header_is_malformed),
        cmocka_unit_test(nul_in_a_value_is_kept),
        cmocka_unit_test(bodies_are_skipped_not_read),
        cmocka_unit_test(a_reset_is_noted),
        cmocka_unit_test(times_are_those_of_the_octets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
