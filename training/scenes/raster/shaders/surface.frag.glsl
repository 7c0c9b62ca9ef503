#version 330
// One surface: pattern, sun, sky seen from the point, lamps, haze. KIND: 0 speckle 1 brick 2 metal 3 glass 4 net 5 lamp.
#define PI 3.14159265
#define AROUND 12

uniform vec3 u_eye;
uniform vec3 u_colour;
uniform vec3 u_colour2;
uniform vec4 u_shape;   // noise scale, stain, roughness, metallic
uniform vec4 u_brick;   // width, height, joint (m), share of the width that every second row is moved by
uniform float u_clear;  // share of the light that passes a net straight
uniform float u_flat;   // 1: no pattern, one ambient light (a plain Lambert picture)

uniform sampler3D u_noise;
uniform sampler2D u_sky;

uniform vec3 u_sun_dir;
uniform vec3 u_sun;        // irradiance, 0 without a sun
uniform mat4 u_sun_clip;
uniform float u_soft;      // half width of a shadow's edge in texture coordinates
uniform float u_shadows;   // 0: no shadows at all
uniform sampler2DShadow u_sun_map;

uniform vec3 u_way[AROUND];    // directions from which light comes
uniform vec4 u_right[AROUND];  // light-space axes, scaled: uv and depth = 0.5 + dot(axis, p) + w
uniform vec4 u_up[AROUND];
uniform vec4 u_deep[AROUND];
uniform vec3 u_radiance[AROUND];
uniform vec2 u_even;           // what makes the weights of a quarter sum to one, for walls and for floors
uniform vec3 u_bounce;         // radiance of what stands in the way
uniform sampler2D u_around_map;

uniform vec3 u_ground;  // radiance of the ground, for reflections
uniform vec3 u_air;
uniform float u_haze_m;

#ifdef NIGHT
#define LAMPS 24
uniform int u_lamps;
uniform vec4 u_lamp[LAMPS];        // place, intensity
uniform vec3 u_lamp_rgb[LAMPS];
uniform vec2 u_lamp_span[LAMPS];   // lowest and highest z that the lamp reaches
uniform float u_torch;             // intensity of the camera's infrared light
uniform vec3 u_torch_dir;
#endif

in vec3 v_position;
in vec2 v_uv;
flat in vec3 v_normal;
flat in float v_tint;
out vec4 colour;

float grain(vec3 at) {  // about normal, mean 0, spread 1; four octaves
    const mat3 turn = mat3(0.86, 0.40, -0.31, -0.43, 0.90, -0.02, 0.27, 0.15, 0.95);
    vec3 p = turn * at / 8.0;
    return (texture(u_noise, p).r + 0.25 * texture(u_noise, p * 4.1 + 0.37).r - 0.625) * 6.0;
}

vec3 speckle() {
    float share = clamp(0.5 + 0.26 * grain(v_position * u_shape.x), 0.0, 1.0);
    return mix(u_colour, u_colour2, share);
}

float inside(float at, float width, float joint, float blur) {  // share of the filter within the brick, not the joint
    float edge = max(blur, 1e-4);
    vec2 ends = vec2(at - 0.5 * edge, at + 0.5 * edge) / width;
    vec2 part = floor(ends) * (1.0 - 2.0 * joint / width) + clamp(fract(ends) - joint / width, 0.0, 1.0 - 2.0 * joint / width);
    return clamp((part.y - part.x) * width / edge, 0.0, 1.0);
}

vec3 brick() {
    vec2 blur = max(fwidth(v_uv), vec2(1e-4));
    float row = floor(v_uv.y / u_brick.y);
    float moved = v_uv.x + mod(row, 2.0) * u_brick.w * u_brick.x;
    float col = floor(moved / u_brick.x);
    float fill = inside(moved, u_brick.x, u_brick.z, blur.x) * inside(v_uv.y, u_brick.y, u_brick.z, blur.y);
    float own = fract(sin(dot(vec2(row, col), vec2(12.9898, 78.233))) * 43758.5453);
    float far = clamp(1.5 - max(blur.x / u_brick.x, blur.y / u_brick.y), 0.0, 1.0);
    vec3 face = u_colour * (1.0 + 0.15 * (2.0 * own - 1.0) * far);
    return mix(u_colour2, face, fill);
}

vec3 stained(vec3 base) {
    float share = clamp((0.5 + 0.08 * grain(v_position * vec3(1.3, 1.3, 0.117)) - 0.5) / 0.25, 0.0, 1.0) * u_shape.y;
    return base * mix(vec3(1.0), vec3(0.45, 0.42, 0.38), share);
}

vec3 painted() {
#if KIND == 0
    vec3 base = u_flat > 0.5 ? 0.5 * (u_colour + u_colour2) : stained(speckle());
#elif KIND == 1
    vec3 base = stained(brick());
#elif KIND == 4
    vec3 base = u_colour * mix(1.0, 0.6, clamp(0.5 + 0.26 * grain(v_position * u_shape.x), 0.0, 1.0));
#else
    vec3 base = u_colour;
#endif
#if KIND == 3
    return base * mix(0.55, 1.45, v_tint);
#elif KIND == 4
    return base * mix(0.75, 1.25, v_tint);
#else
    return base * mix(0.825, 1.175, v_tint);
#endif
}

// Each of the four samples of a pixel looks at its own quarter of the directions and at its own spot of a shadow's
// edge: their mean is the whole.
bool odd_x() { return (int(gl_FragCoord.x) & 1) == 1; }
bool odd_y() { return (int(gl_FragCoord.y) & 1) == 1; }

float sunlit(vec3 normal) {
    if (u_shadows < 0.5) return 1.0;
    vec4 at = u_sun_clip * vec4(v_position + normal * 0.12, 1.0);
    vec3 where = at.xyz * 0.5 + 0.5;
    vec2 spot = odd_y() ? (odd_x() ? vec2(0.4, 0.9) : vec2(-0.9, 0.4)) : (odd_x() ? vec2(0.9, -0.4) : vec2(-0.4, -0.9));
    float free = texture(u_sun_map, vec3(where.xy + spot * u_soft, where.z - 0.0006));
    bool off = any(lessThan(where, vec3(0.0))) || any(greaterThan(where, vec3(1.0)));
    return off ? 1.0 : free;
}

#define OWN(list, j) (odd_y() ? (odd_x() ? list[4 * j + 3] : list[4 * j + 2]) : (odd_x() ? list[4 * j + 1] : list[4 * j]))

// Radiance of a white surface under sky and ground as far as they are seen; a: share of them that is seen.
vec4 around(vec3 normal) {
    vec3 along = normalize(abs(normal.z) > 0.7 ? vec3(normal.z, 0.0, -normal.x) : vec3(normal.y, -normal.x, 0.0));
    vec3 across = cross(normal, along);
    vec3 sum = vec3(0.0);
    float seen = 0.0, hidden = 0.0;
    vec2 soft = 2.0 * fract(sin(gl_FragCoord.xy * mat2(12.9898, 78.233, 39.346, 11.135)) * 43758.5453) - 1.0;
    for (int j = 0; j < AROUND / 4; j++) {
        float weight = max(dot(normal, OWN(u_way, j)), 0.0);
        // The sky is no point: soft edges by looking from somewhere within 0.8 m on the same surface.
        vec4 place = vec4(v_position + normal * 0.2 + 0.8 * (soft.x * along + soft.y * across), 1.0);
        vec3 at = vec3(dot(OWN(u_right, j), place), dot(OWN(u_up, j), place), dot(OWN(u_deep, j), place)) + 0.5;
        soft = soft.yx * vec2(-1.0, 1.0);
        vec2 tile = vec2((odd_x() ? 1.0 : 0.0) + (odd_y() ? 2.0 : 0.0), float(j));
        vec2 texel = (tile + clamp(at.xy, 0.0, 0.999)) * TILE_PX;
        float first = texelFetch(u_around_map, ivec2(texel), 0).r;
        bool off = max(max(abs(at.x - 0.5), abs(at.y - 0.5)), at.z - 0.5) > 0.498;
        float free = off || first > at.z - 0.004 ? 1.0 : 0.0;
        sum += weight * free * OWN(u_radiance, j);
        seen += weight * free;
        hidden += weight * (1.0 - free);
    }
    sum += hidden * (0.25 + 0.4 * seen) * u_bounce;  // deep in a room even the walls around are dark
    return vec4(sum, seen) * mix(u_even.x, u_even.y, normal.z * normal.z);
}

vec3 mirrored(vec3 ray, float rough) {
    vec2 at = vec2(0.5 - atan(ray.y, ray.x) / (2.0 * PI), 0.5 - asin(clamp(ray.z, -1.0, 1.0)) / PI);
    vec3 above = textureLod(u_sky, at, rough * 7.0).rgb;
    return mix(u_ground, above, smoothstep(-0.02 - rough * 0.6, 0.02 + rough * 0.6, ray.z));
}

float glint(vec3 normal, vec3 back, vec3 light, float rough) {  // GGX lobe, without its Fresnel part
    vec3 half_way = normalize(back + light);
    float a = max(rough * rough, 0.02);
    float d = dot(normal, half_way) * dot(normal, half_way) * (a * a - 1.0) + 1.0;
    return a * a / (PI * d * d) * 0.25;
}

vec3 lamplight(vec3 normal, float seen) {
    vec3 sum = vec3(0.0);
#ifdef NIGHT
    for (int k = 0; k < u_lamps; k++) {
        vec3 way = u_lamp[k].xyz - v_position;
        float d2 = dot(way, way) + 0.1;
        float cosine = max(dot(normal, way) * inversesqrt(d2), 0.0);
        vec2 span = u_lamp_span[k];
        float reach = smoothstep(span.x - 0.1, span.x, v_position.z) * (1.0 - smoothstep(span.y, span.y + 0.1, v_position.z));
        float free = span.y > 1e4 ? clamp(seen * 1.3, 0.0, 1.0) : 1.0;
        float bounced = 0.12 / (d2 + 40.0);  // from the ground and walls that it lights
        sum += u_lamp[k].w * (cosine / d2 + bounced) * reach * free * u_lamp_rgb[k];
    }
    vec3 away = v_position - u_eye;
    float d2 = dot(away, away);
    float cone = smoothstep(0.73, 0.9, dot(away, u_torch_dir) * inversesqrt(d2));
    sum += vec3(u_torch * cone * max(-dot(normal, away) * inversesqrt(d2), 0.0) / d2);
#endif
    return sum / PI;
}

void main() {
    vec3 sight = v_position - u_eye;
    float distance_m = length(sight);
    sight /= distance_m;
    vec3 normal = dot(v_normal, sight) > 0.0 ? -v_normal : v_normal;
#if KIND == 5
    vec3 light = u_colour * 12.0;
    float alpha = 1.0;
#else
    vec3 base = painted();
    float sun_cos = dot(normal, u_sun_dir);
#if KIND == 4
    vec4 near = around(normal);
    vec4 far = around(-normal);
    float bright = sunlit(sun_cos > 0.0 ? normal : -normal);
    vec3 light = base * (0.7 * (near.rgb + lamplight(normal, near.a) + u_sun * bright * max(sun_cos, 0.0) / PI)
        + 0.3 * (far.rgb + lamplight(-normal, far.a) + u_sun * bright * max(-sun_cos, 0.0) / PI));
    float alpha = 1.0 - u_clear;
#else
    vec4 near = around(normal);
    float bright = sun_cos > 0.0 ? sunlit(normal) : 0.0;
    vec3 white = near.rgb + u_sun * bright * max(sun_cos, 0.0) / PI + lamplight(normal, near.a);
    float alpha = 1.0;
#if KIND == 3
    float f0 = (0.6 + 0.9 * u_shape.x) / (2.6 + 0.9 * u_shape.x);
    vec3 tilted = normalize(normal + 0.012 * vec3(sin(v_tint * 91.0), cos(v_tint * 57.0), sin(v_tint * 37.0)));
#else
    float f0 = 0.17;
    vec3 tilted = normal;
#endif
    vec3 sharp = mix(vec3(f0 * f0), base, u_shape.w);
    float grazing = pow(1.0 - clamp(-dot(normal, sight), 0.0, 1.0), 5.0);
    vec3 fresnel = sharp + (max(vec3(1.0 - u_shape.z), sharp) - sharp) * grazing;
    vec3 image = mirrored(reflect(sight, tilted), u_shape.z);
    float open = clamp(near.a * 1.6, 0.0, 1.0);
    vec3 light = base * white * (1.0 - u_shape.w) * (1.0 - fresnel) + fresnel * mix(u_bounce, image, open);
    light += fresnel * u_sun * bright * step(0.0, sun_cos) * min(glint(tilted, -sight, u_sun_dir, u_shape.z), 12.0);
#endif
#endif
    colour = vec4(mix(light, u_air, 1.0 - exp(-distance_m / u_haze_m)), alpha);
}
