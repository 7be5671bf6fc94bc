# SPDX-License-Identifier: Apache-2.0
"""gramdex: asks a gramdex server.

    from gramdex import Client
    print(Client("127.0.0.1:50051").count("产业链").documents)
"""
from . import messages
from .aio import AsyncClient
from .client import Client
from .connection import TLS
from .errors import GramdexError
from .items import AsyncItems, Items
from .messages import *  # noqa: F403
from .query import phrase, rising
from .records import Record, to_pandas
from .retry import Retry
from .texts import Span

__all__ = ["AsyncClient", "AsyncItems", "Client", "GramdexError", "Items", "Record", "Retry", "Span", "TLS", "phrase", "rising",
           "to_pandas"]
__all__ += messages.__all__
