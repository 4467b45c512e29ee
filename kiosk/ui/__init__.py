"""The screens. The only package that imports Kivy, and it does so only after `window.open_window` set the ground."""
