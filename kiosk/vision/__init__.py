"""From a frame to a reading: locate, recognise, cross-check, vote. Only this part and the camera drivers import cv2."""
