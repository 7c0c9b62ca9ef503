#version 330
// The sky behind everything. Rows of u_ray: right, down and forward, scaled to the picture's edges.
uniform sampler2D u_sky;
uniform mat3 u_ray;
in vec2 v_at;
out vec4 colour;
void main() {
    vec3 ray = normalize(u_ray[0] * (v_at.x * 2.0 - 1.0) - u_ray[1] * (v_at.y * 2.0 - 1.0) + u_ray[2]);
    vec2 at = vec2(0.5 - atan(ray.y, ray.x) / 6.2831853, 0.5 - asin(clamp(ray.z, -1.0, 1.0)) / 3.14159265);
    colour = vec4(textureLod(u_sky, at, 0.0).rgb, 1.0);
}
