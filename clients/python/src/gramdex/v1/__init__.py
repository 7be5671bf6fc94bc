# SPDX-License-Identifier: Apache-2.0
"""The messages of proto/gramdex/v1 as protoc makes them, for who wants those."""
