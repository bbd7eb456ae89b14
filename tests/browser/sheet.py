"""The questions of a sitting as a person finds and answers them."""

from __future__ import annotations

from typing import Any

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select

from tests.browser.chromium import wait
from tests.browser.seat import Candidate

FIELDS = "input, textarea, select"


class Sheet:
    """The questions on the page, and how each kind is answered by somebody who uses the keyboard where they can."""

    def __init__(self, candidate: Candidate) -> None:
        self.candidate = candidate
        self.browser = candidate.browser

    def questions(self) -> list[WebElement]:
        return self.candidate.find_all(".question")

    def opened(self) -> None:
        wait(self.browser, lambda _: self.questions(), "the questions")

    def all_are(self, state: str) -> None:
        wait(self.browser, lambda _: self.states() == {state}, f"every question {state}", seconds=20)

    def states(self) -> set[str]:
        return {str(question.get_attribute("data-state")) for question in self.questions()}

    def answer_all(self, turn: int) -> dict[str, Any]:
        """Each turn another answer; returns what the page shows, by question."""
        for question in self.questions():
            self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", question)
            getattr(self, f"_{question.get_attribute('data-kind')}")(question, turn)
        return self.shown()

    def shown(self) -> dict[str, Any]:
        return {str(each.get_attribute("data-question-id")): self._shown(each) for each in self.questions()}

    def _shown(self, question: WebElement) -> Any:
        if question.get_attribute("data-kind") == "ordering":
            return [each.get_attribute("data-key") for each in question.find_elements(By.CSS_SELECTOR, ".order > li")]
        fields = question.find_elements(By.CSS_SELECTOR, FIELDS)
        if fields[0].get_attribute("type") in ("radio", "checkbox"):
            return [field.get_attribute("value") for field in fields if field.is_selected()]
        return [field.get_attribute("value") for field in fields]

    def _single_choice(self, question: WebElement, turn: int) -> None:
        question.find_elements(By.CSS_SELECTOR, "input")[turn].send_keys(Keys.SPACE)

    def _multiple_choice(self, question: WebElement, turn: int) -> None:
        question.find_elements(By.CSS_SELECTOR, "input")[turn].send_keys(Keys.SPACE)

    def _numeric(self, question: WebElement, turn: int) -> None:
        self._write(question, f"-{turn},5e2")

    def _short_text(self, question: WebElement, turn: int) -> None:
        self._write(question, f"<b>Ada</b> {turn}")

    def _essay(self, question: WebElement, turn: int) -> None:
        self._write(question, f"Turn {turn}.\nمرحبا بالعالم " + "long " * 50)

    def _write(self, question: WebElement, text: str) -> None:
        field = question.find_element(By.CSS_SELECTOR, "input, textarea")
        field.clear()
        field.send_keys(text)

    def _matching(self, question: WebElement, turn: int) -> None:
        for place, field in enumerate(question.find_elements(By.CSS_SELECTOR, "select")):
            options = Select(field).options
            Select(field).select_by_index(1 + (place + turn) % (len(options) - 1))

    def _ordering(self, question: WebElement, turn: int) -> None:
        """By the buttons, then by dragging; the focus stays on the button that moves."""
        down = question.find_element(By.CSS_SELECTOR, ".order-buttons button:last-child")
        down.send_keys(Keys.ENTER)
        assert self.browser.switch_to.active_element == down
        if turn == 0:  # later, what is said of the network may take its place at once
            self.candidate.sees("#announcer", "place 2 of")
        first = question.find_elements(By.CSS_SELECTOR, ".order > li")
        handle = first[0].find_element(By.CSS_SELECTOR, ".handle")
        to_the_end = int(first[-1].rect["y"] + first[-1].rect["height"] - handle.rect["y"])
        ActionChains(self.browser).click_and_hold(handle).move_by_offset(0, to_the_end).release().perform()
        last = question.find_elements(By.CSS_SELECTOR, ".order > li")[-1]
        assert last == first[0]
