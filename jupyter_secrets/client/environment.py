"""The environment variables in which a server tells a kernel how to reach it."""

URL_VARIABLE = "JUPYTER_SECRETS_URL"
CODE_VARIABLE = "JUPYTER_SECRETS_CODE"
CERTIFICATE_VARIABLE = "JUPYTER_SECRETS_CERTIFICATE"
