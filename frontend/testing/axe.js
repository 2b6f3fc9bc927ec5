// What axe finds wrong with an element; jsdom draws nothing, so colours cannot be checked here.
import axe from "axe-core";

const RULES = { "color-contrast": { enabled: false }, region: { enabled: false } };

export const findings = async (element) =>
  (await axe.run(element, { rules: RULES })).violations.map(({ id, help }) => `${id}: ${help}`);
