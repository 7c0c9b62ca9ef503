#version 330
// Depth only: shadow maps, visibility maps, and what lies foremost.
uniform mat4 u_clip;
in vec3 in_position;
out vec3 v_position;
invariant gl_Position;
void main() {
    v_position = in_position;
    gl_Position = u_clip * vec4(in_position, 1.0);
}
