"""Opaque tokens and keys."""

from __future__ import annotations

from tests.redaction.corpus.stored import Shapes, b64url, stored

_HS256 = '{"alg":"HS256","typ":"JWT"}'
_RS256 = '{"alg":"RS256","typ":"JWT","kid":"main"}'


def _jwt(header: str, claims: str, signature: str) -> str:
    return f"{b64url(header)}.{b64url(claims)}.{signature}"


SHAPES: Shapes = {
    "token with a prefix": [
        stored(
            "ghp_NcJqKOIjU90jaa5hfnOqRIucVZpS5N9VYvPe",
            hide=[
                "ghp_NcJqKOIjU90jaa5hfnOqRIucVZpS5N9VYvPe",
                "NcJqKOIjU90jaa5hfnOqRIucVZpS5N9VYvPe",
            ],
            keep=["GitHub tokens begin with ghp_ or github_pat_", "token: ghp_***"],
        ),
        stored(
            "xoxb-39208596128-4604802919846-59CD19t1mQInDKEm4rkKEpcD",
            hide=["59CD19t1mQInDKEm4rkKEpcD"],
            keep=["a bot token begins with xoxb-", "xoxp-, xoxa- and xoxs- are legacy"],
        ),
        stored(
            "sk-proj-4xPBscFDibtkR0DmCR2tUMliDt093_X8OU9tmQqLu5bWJmN5",
            hide=[
                "sk-proj-4xPBscFDibtkR0DmCR2tUMliDt093_X8OU9tmQqLu5bWJmN5",
                "4xPBscFDibtkR0DmCR2tUMliDt093_X8OU9tmQqLu5bWJmN5",
            ],
            keep=["openai.api_key = 'sk-proj-...'", "sk-proj-"],
        ),
        stored(
            "dapi906c6b2d5d6870e24110eaa43f7cf26c-2",
            hide=["dapi906c6b2d5d6870e24110eaa43f7cf26c", "906c6b2d5d6870e24110eaa43f7cf26c"],
            keep=["Databricks tokens look like dapi...", "dapi-2"],
        ),
    ],
    "token of letters and digits": [
        stored(
            "MjtUmuWxQX76sP4qfiw2WRCPKRpdJuZNjzB7",
            hide=["MjtUmuWxQX76sP4qfiw2WRCPKRpdJuZNjzB7"],
            keep=["a token of 36 characters"],
        ),
        stored(
            "bOB0H86mFdOrdBVZvbeC", hide=["bOB0H86mFdOrdBVZvbeC"], keep=["a token of 20 characters"]
        ),
        stored(
            "eb3ncsqlhwerbbk8lqfhbyvdlgz60s7b",
            hide=["eb3ncsqlhwerbbk8lqfhbyvdlgz60s7b"],
            keep=["a token of 32 characters"],
        ),
        stored(
            "20H4I0SY2EKS8F6BM6Q6UZX8PN\n",
            hide=["20H4I0SY2EKS8F6BM6Q6UZX8PN"],
            keep=["a token of 26 characters"],
        ),
    ],
    "twelve characters": [
        stored("Sm5BUuFLOef0", hide=["Sm5BUuFLOef0"], keep=["twelve"]),
        stored("tc55tr4s20qo", hide=["tc55tr4s20qo"], keep=["twelve"]),
        stored("q6dR8#vCi20I", hide=["q6dR8#vCi20I"], keep=["q6dR8", "vCi20I is public: 6"]),
        stored("xrsSuHclGfHE", hide=["xrsSuHclGfHE"], keep=["twelve"]),
    ],
    "base64 of random bytes": [
        stored(
            "pi3BbQYaOR4CTE7ii/iE0e==",
            hide=["pi3BbQYaOR4CTE7ii/iE0e"],
            keep=["QUFBQUFBQUFBQUFBQUFBQQ=="],
        ),
        stored(
            "QVYLORqkZl/ASVj7zgQvS6CmtdF+2QHh",
            hide=["QVYLORqkZl/ASVj7zgQvS6CmtdF+2QHh"],
            keep=["dGVzdA=="],
        ),
        stored(
            "xgmddxfyvjSZee4dfL/ExCDrT4boSI5VYKgx0GU+ZjY=",
            hide=["xgmddxfyvjSZee4dfL/ExCDrT4boSI5VYKgx0GU+ZjY"],
            keep=["AAAAAAAAAAAAAAAAAAAAAA=="],
        ),
        stored(
            "c1aIJx+fEj+3acSSohTIg80M07BOeHB3wtjaSdgi99aQ8kJDwEsujzv4gtQ+ATgVxvtDVq6s/a/0PzwDUoXQYh==",
            hide=[
                "c1aIJx+fEj+3acSSohTIg80M07BOeHB3wtjaSdgi99aQ8kJDwEsujzv4gtQ+ATgVxvtDVq6s/a/0PzwDUoXQYh"
            ],
            keep=["aGVsbG8gd29ybGQ="],
        ),
    ],
    "base64url of random bytes": [
        stored(
            "Kyk9SgMGrbGdc6cuZvuI_Lo1gUOblVZZEkj2MvJsVDW",
            hide=["Kyk9SgMGrbGdc6cuZvuI_Lo1gUOblVZZEkj2MvJsVDW"],
            keep=["secrets.token_urlsafe(32)"],
        ),
        stored(
            "CZ6nk_Bb7OJ_wmoWdKqdCw",
            hide=["CZ6nk_Bb7OJ_wmoWdKqdCw"],
            keep=["secrets.token_urlsafe(16)"],
        ),
        stored(
            "A3hCAag_-qh8jsgdPafPd86asDdL0DgK4OeNoeXydYR=",
            hide=["A3hCAag_-qh8jsgdPafPd86asDdL0DgK4OeNoeXydYR"],
            keep=["Fernet.generate_key()"],
        ),
        stored(
            "x9H2So0LczUPfhxbfHjJJyGRLIkBQ0iGROq_-TkA6S0yAxl97HGYJDbgDGDF_q5y6R_neJ7No-2srUDmyO8TL3",
            hide=[
                "x9H2So0LczUPfhxbfHjJJyGRLIkBQ0iGROq_-TkA6S0yAxl97HGYJDbgDGDF_q5y6R_neJ7No-2srUDmyO8TL3"
            ],
            keep=["secrets.token_urlsafe(64)"],
        ),
    ],
    "hex key": [
        stored(
            "632bd92881f33df0f0ccc123733cedf2",
            hide=["632bd92881f33df0f0ccc123733cedf2"],
            keep=["d41d8cd98f00b204e9800998ecf8427e"],
        ),
        stored(
            "e3f3a6797079613a3acb4472f758013883956b9c",
            hide=["e3f3a6797079613a3acb4472f758013883956b9c"],
            keep=["da39a3ee5e6b4b0d3255bfef95601890afd80709"],
        ),
        stored(
            "7ab86706c355d24b4a46a035e05641c4454aeeea2598aeb1893cd69ff7368c62",
            hide=["7ab86706c355d24b4a46a035e05641c4454aeeea2598aeb1893cd69ff7368c62"],
            keep=["secrets.token_hex(32)"],
        ),
        stored(
            "0xE250AA6B6E0B68E9FE0D15514C9BF56E2CBED13F9E65D011",
            hide=["E250AA6B6E0B68E9FE0D15514C9BF56E2CBED13F9E65D011"],
            keep=["0xDEADBEEF", "0x00000000"],
        ),
    ],
    "UUID as a key": [
        stored(
            "bc1734ee-2e5d-421e-9b24-a292abb2547a",
            hide=["bc1734ee-2e5d-421e-9b24-a292abb2547a", "bc1734ee2e5d421e9b24a292abb2547a"],
            keep=["6ba7b810-9dad-11d1-80b4-00c04fd430c8", "uuid4()"],
        ),
        stored(
            "688EFAAD-9D5B-44DB-A6D3-C22DB495391E",
            hide=["688EFAAD-9D5B-44DB-A6D3-C22DB495391E"],
            keep=["550E8400-E29B-41D4-A716-446655440000"],
        ),
        stored(
            "{50f19780-72b1-45db-830a-1992eb96eed7}",
            hide=["50f19780-72b1-45db-830a-1992eb96eed7"],
            keep=["{00000000-0000-0000-0000-000000000000}"],
        ),
        stored(
            "InstrumentationKey=e2d41472-99b0-4a92-b781-3c3fe440c598;"
            "IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/",
            hide=["e2d41472-99b0-4a92-b781-3c3fe440c598"],
            keep=[
                "https://westeurope-5.in.applicationinsights.azure.com/v2/track",
                "InstrumentationKey=...",
            ],
        ),
    ],
    "JWT": [
        stored(
            _jwt(
                _HS256,
                '{"team":"svc-app","iat":1716239022}',
                "v2YPADSKn7apl-0unoPWyL2sN_tqdu_jRPOKFdXTDpB",
            ),
            hide=["v2YPADSKn7apl-0unoPWyL2sN_tqdu_jRPOKFdXTDpB"],
            keep=[f"{b64url(_HS256)} is the header of any", "alg HS256, typ JWT"],
        ),
        stored(
            _jwt(
                _RS256,
                '{"iss":"https://idp.acme.test","exp":1999999999}',
                "7w6oegN0kKc_7SSq5IOTOyQ0zdP6m5UG9Vct1I2TONvNxfbx6SVGpCGSjvWIlXJASxRMpJHjMDQ9O1EkbGR1L8fFu_JwpdaDhe0G3IaOVpe9xppfvl11e0jKQitlzksha8olNEbz1fPicQgbHY6--0SXQezlQ6wU-7c7e62zkoA1Mb48wyGrsQpmGk_3Sojmeut3olb-o89E1p3B53RjnaWkYe5Grsu1TUcw1tc-azrY1g92_27TVsJu93KOBiuFvvCFO_VrCsVtp7hrbP7k067k0d5WP4m73vcScDcmpj67H9w6lLN3PqWji9vvrT22KJxJYP3g1HqIpagtr-Ih44",
            ),
            hide=[
                "7w6oegN0kKc_7SSq5IOTOyQ0zdP6m5UG9Vct1I2TONvNxfbx6SVGpCGSjvWIlXJASxRMpJHjMDQ9O1EkbGR1L8fFu_JwpdaDhe0G3IaOVpe9xppfvl11e0jKQitlzksha8olNEbz1fPicQgbHY6--0SXQezlQ6wU-7c7e62zkoA1Mb48wyGrsQpmGk_3Sojmeut3olb-o89E1p3B53RjnaWkYe5Grsu1TUcw1tc-azrY1g92_27TVsJu93KOBiuFvvCFO_VrCsVtp7hrbP7k067k0d5WP4m73vcScDcmpj67H9w6lLN3PqWji9vvrT22KJxJYP3g1HqIpagtr-Ih44"
            ],
            keep=[b64url(_RS256), "https://idp.acme.test/.well-known/jwks.json"],
        ),
        stored(
            _jwt(
                _HS256,
                '{"role":"service_role","iss":"supabase"}',
                "iobzY9KIuWGfnPhTNA-bAbbb-EYKGpsmuYsINGS7rss",
            ),
            hide=["iobzY9KIuWGfnPhTNA-bAbbb-EYKGpsmuYsINGS7rss"],
            keep=[b64url(_HS256), "role: service_role"],
        ),
        stored(
            _jwt(
                _HS256,
                '{"jti":"dc85b660d84d66d2d63724fd8d88de13","user_id":7}',
                "nYsDcmvvIQfU932YFHZDJVaGMcg9mXpbT8jzZGAn5O1",
            ),
            hide=[
                "nYsDcmvvIQfU932YFHZDJVaGMcg9mXpbT8jzZGAn5O1",
                "dc85b660d84d66d2d63724fd8d88de13",
            ],
            keep=[b64url(_HS256), '{"user_id":7}'],
        ),
    ],
    "application password in groups": [
        stored(
            "gynh aplt vooa pkzg",
            hide=["gynh aplt vooa pkzg", "gynhapltvooapkzg", "gynh-aplt-vooa-pkzg"],
            keep=["gynh", "gynh aplt"],
        ),
        stored(
            "mnyg-ijik-ykim-cavn",
            hide=["mnyg-ijik-ykim-cavn", "mnygijikykimcavn", "mnyg ijik ykim cavn"],
            keep=["ijik", "ijik-ykim"],
        ),
        stored(
            "NyO0 n1Fw Sz9g 3DxM 5bKA 78Kd",
            hide=["NyO0 n1Fw Sz9g 3DxM 5bKA 78Kd", "NyO0n1FwSz9g3DxM5bKA78Kd"],
            keep=["NyO0", "5bKA 78Kd"],
        ),
        stored(
            "AGJ46-ANP13-U8GTX-VJT35-4HT4S",
            hide=["AGJ46-ANP13-U8GTX-VJT35-4HT4S", "AGJ46ANP13U8GTXVJT354HT4S"],
            keep=["AGJ46", "XXXXX-XXXXX-XXXXX-XXXXX-XXXXX"],
        ),
    ],
}
