from shared.runtime.settings import RuntimeSettings


class PrompterSettings(RuntimeSettings):
    prompter_host: str = "127.0.0.1"
    prompter_port: int = 8082
    prompter_concurrency: int = 4
    prompt_screenshots: int = 8  # embedded at the most; the states that changed most come first
