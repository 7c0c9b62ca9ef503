#version 330
// World mesh to the camera; the face's normal and tint are the same at its four corners.
uniform mat4 u_clip;
in vec3 in_position;
in vec3 in_normal;
in vec2 in_uv;
in float in_tint;
out vec3 v_position;
out vec2 v_uv;
flat out vec3 v_normal;
flat out float v_tint;
invariant gl_Position;
void main() {
    v_position = in_position;
    v_uv = in_uv;
    v_normal = in_normal;
    v_tint = in_tint;
    gl_Position = u_clip * vec4(in_position, 1.0);
}
