from shared.runtime.settings import RuntimeSettings


class PrompterSettings(RuntimeSettings):
    prompter_host: str = "127.0.0.1"
    prompter_port: int = 8082
    prompter_concurrency: int = 4
    prompt_tokens: int = 12_000  # of a prompt at the most, without its pictures; what had to go is said in it
    prompt_screenshots: int = 8  # embedded at the most; the states that changed most come first
