#version 330
// Four samples of linear light to one display value: mean, exposure, then one of three curves (0 Standard, 1 Filmic, 2 AgX).
uniform sampler2D u_light;
uniform float u_gain;
uniform int u_curve;
out vec4 colour;

vec3 srgb(vec3 light) {
    vec3 c = clamp(light, 0.0, 1.0);
    return mix(12.92 * c, 1.055 * pow(c, vec3(1.0 / 2.4)) - 0.055, step(0.0031308, c));
}

// Fitted to Blender 5.0's own curves for grey: within 0.005 (Filmic) and 0.011 (AgX) of them.
vec3 poly(vec3 x, float a, float b, float c, float d, float e, float f, float g) {
    return a + x * (b + x * (c + x * (d + x * (e + x * (f + x * g)))));
}

vec3 agx(vec3 light) {
    const mat3 inset = mat3(0.842479062253094, 0.0423282422610123, 0.0423756549057051,
                            0.0784335999999992, 0.878468636469772, 0.0784336,
                            0.0792237451477643, 0.0791661274605434, 0.879142973793104);
    const mat3 outset = mat3(1.19687900512017, -0.0528968517574562, -0.0529716355144438,
                             -0.0980208811401368, 1.15190312990417, -0.0980434501171241,
                             -0.0990297440797205, -0.0989611768448433, 1.15107367264116);
    vec3 c = clamp(log2(max(inset * light, 1e-10)), -12.47393, 4.026069);
    return clamp(outset * poly((c + 12.47393) / 16.5, 0.006, -0.4446, 6.4245, -34.4293, 88.2098, -91.9126, 33.1556), 0.0, 1.0);
}

vec3 filmic(vec3 light) {
    vec3 x = clamp((log2(max(light, 1e-6) / 0.18) + 10.0) / 16.5, 0.0, 1.0);
    return poly(x, 0.0035, -0.2353, 4.7685, -25.8566, 68.7555, -72.4061, 25.9751);
}

void main() {
    ivec2 at = 2 * ivec2(gl_FragCoord.xy);
    vec3 sum = texelFetch(u_light, at, 0).rgb + texelFetch(u_light, at + ivec2(1, 0), 0).rgb
        + texelFetch(u_light, at + ivec2(0, 1), 0).rgb + texelFetch(u_light, at + ivec2(1, 1), 0).rgb;
    vec3 light = sum * 0.25 * u_gain;
    colour = vec4(u_curve == 0 ? srgb(light) : u_curve == 1 ? filmic(light) : agx(light), 1.0);
}
