"""The only door to a chat model: any OpenAI-compatible address, through langchain-openai, imported when first needed."""

from core.chat_model.model import ChatModel
from core.chat_model.prompt import Prompt, fence
from core.chat_model.tokens import Message, approximate_tokens, cut

__all__ = ["ChatModel", "Message", "Prompt", "approximate_tokens", "cut", "fence"]
