#version 330
// A net lets `u_clear` of the light pass: it is drawn with so many holes.
in vec3 v_position;
#ifdef HOLES
uniform float u_clear;
#endif
void main() {
#ifdef HOLES
    vec3 cell = floor(v_position * 11.0);
    if (fract(sin(dot(cell, vec3(12.9898, 78.233, 37.719))) * 43758.5453) < u_clear) discard;
#endif
}
