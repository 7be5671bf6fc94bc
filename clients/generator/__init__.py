# SPDX-License-Identifier: Apache-2.0
"""What clients/generate is made of: a model of the service, and a writer for each language."""
