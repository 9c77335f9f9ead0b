/* winograd_transforms_body.h - the small matrices of Winograd's algorithm (Lavin and Gray, "Fast algorithms for
 * convolutional neural networks", 2015), applied along one dimension to vectors of channels.
 *
 *   y = AT [ (G g GT) * (BT d B) ] A        d: input tile, g: kernel, y: output tile, * element by element
 *
 * Tiles of 6 interpolate at 0, 1, -1, 2, -2 and infinity, whatever the kernel: so 3x3 and 5x5 kernels share BT.
 * Short tiles, of 4, interpolate at 0, 1, -1 and infinity, and use the G k of these four points: where their own would be
 * larger, their BT is, by 4, -3, -3 and 1.
 */

/* Which of six points the i-th of a tile is. */
CK_INLINE int CK_NAME(winograd_point)(const int outer, const int i) { return outer == 4 && i == 3 ? 5 : i; }

/* to = G k: the kernel as a polynomial, at each of the six points, divided by what makes BT whole. */
CK_INLINE void CK_NAME(winograd_kernel)(const int taps, CK_NAME(v16) *to, const int to_step, const CK_NAME(v16) *k, const int step) {
    CK_NAME(v16) even = k[0] + k[2 * step], odd = k[step], even2 = (1.0f / 24) * k[0] + (1.0f / 6) * k[2 * step], odd2 = (1.0f / 12) * k[step];
    if (taps == 5) {
        even += k[4 * step], odd += k[3 * step];
        even2 += (2.0f / 3) * k[4 * step], odd2 += (1.0f / 3) * k[3 * step];
    }
    to[0] = 0.25f * k[0];
    to[to_step] = (-1.0f / 6) * (even + odd);
    to[2 * to_step] = (-1.0f / 6) * (even - odd);
    to[3 * to_step] = even2 + odd2;
    to[4 * to_step] = even2 - odd2;
    to[5 * to_step] = k[(taps - 1) * step];
}

/* to = GT m: the transposed, for the gradient by the kernel */
CK_INLINE void CK_NAME(winograd_kernel_gradient)(const int taps, CK_NAME(v16) *to, const int to_step, const CK_NAME(v16) *m, const int step) {
    const CK_NAME(v16) sum = m[step] + m[2 * step], difference = m[step] - m[2 * step];
    const CK_NAME(v16) sum2 = m[3 * step] + m[4 * step], difference2 = m[3 * step] - m[4 * step], last = m[5 * step];
    to[0] = 0.25f * m[0] - (1.0f / 6) * sum + (1.0f / 24) * sum2;
    to[to_step] = (1.0f / 12) * difference2 - (1.0f / 6) * difference;
    to[2 * to_step] = (1.0f / 6) * (sum2 - sum);
    if (taps == 5) {
        to[3 * to_step] = (1.0f / 3) * difference2 - (1.0f / 6) * difference;
        to[4 * to_step] = (2.0f / 3) * sum2 - (1.0f / 6) * sum;
    }
    to[(taps - 1) * to_step] += last;
}

/* to = BT from; both `step` vectors apart. */
CK_INLINE void CK_NAME(winograd_input)(const int outer, CK_NAME(v16) *to, const CK_NAME(v16) *d, const int step) {
    if (outer == 4) {
        to[0] = 4 * (d[0] - d[2 * step]);
        to[step] = -3 * (d[step] + d[2 * step]);
        to[2 * step] = 3 * (d[step] - d[2 * step]);
        to[3 * step] = d[step] - d[3 * step];
    } else {
        const CK_NAME(v16) even = d[4 * step] - 4 * d[2 * step], odd = d[3 * step] - 4 * d[step];
        const CK_NAME(v16) even2 = d[4 * step] - d[2 * step], odd2 = 2 * (d[3 * step] - d[step]);
        const CK_NAME(v16) first = 4 * d[0] - 5 * d[2 * step] + d[4 * step], last = 4 * d[step] - 5 * d[3 * step] + d[5 * step];
        to[0] = first;
        to[step] = even + odd;
        to[2 * step] = even - odd;
        to[3 * step] = even2 + odd2;
        to[4 * step] = even2 - odd2;
        to[5 * step] = last;
    }
}

/* to = AT m */
CK_INLINE void CK_NAME(winograd_output)(const int outer, const int inner, CK_NAME(v16) *to, const int to_step, const CK_NAME(v16) *m, const int step) {
    const CK_NAME(v16) sum = m[step] + m[2 * step], difference = m[step] - m[2 * step];
    if (outer == 4) {
        to[0] = m[0] + sum;
        to[to_step] = difference - m[3 * step];
    } else {
        const CK_NAME(v16) sum2 = m[3 * step] + m[4 * step], difference2 = m[3 * step] - m[4 * step];
        to[0] = m[0] + sum + sum2;
        if (inner == 2) {
            to[to_step] = difference + 2 * difference2 + m[5 * step];
        } else {
            to[to_step] = difference + 2 * difference2;
            to[2 * to_step] = sum + 4 * sum2;
            to[3 * to_step] = difference + 8 * difference2 + m[5 * step];
        }
    }
}

/* to = A y: the transposed of the above, for gradients */
CK_INLINE void CK_NAME(winograd_gradient)(const int outer, const int inner, CK_NAME(v16) *to, const int to_step, const CK_NAME(v16) *y, const int step) {
    if (outer == 4) {
        to[0] = y[0];
        to[to_step] = y[0] + y[step];
        to[2 * to_step] = y[0] - y[step];
        to[3 * to_step] = -y[step];
    } else if (inner == 2) {
        to[0] = y[0];
        to[to_step] = y[0] + y[step];
        to[2 * to_step] = y[0] - y[step];
        to[3 * to_step] = y[0] + 2 * y[step];
        to[4 * to_step] = y[0] - 2 * y[step];
        to[5 * to_step] = y[step];
    } else {
        const CK_NAME(v16) even = y[0] + y[2 * step], odd = y[step] + y[3 * step];
        const CK_NAME(v16) even2 = y[0] + 4 * y[2 * step], odd2 = 2 * y[step] + 8 * y[3 * step];
        to[0] = y[0];
        to[to_step] = even + odd;
        to[2 * to_step] = even - odd;
        to[3 * to_step] = even2 + odd2;
        to[4 * to_step] = even2 - odd2;
        to[5 * to_step] = y[3 * step];
    }
}

/* to = B m: the transposed of the input's transform, for the gradient by the input */
CK_INLINE void CK_NAME(winograd_scatter)(const int outer, CK_NAME(v16) *to, const CK_NAME(v16) *m, const int step) {
    const CK_NAME(v16) sum = m[step] + m[2 * step], difference = m[step] - m[2 * step];
    if (outer == 4) {
        const CK_NAME(v16) first = m[0], last = m[3 * step];
        to[0] = 4 * first;
        to[step] = last - 3 * difference;
        to[2 * step] = -4 * first - 3 * sum;
        to[3 * step] = -last;
    } else {
        const CK_NAME(v16) sum2 = m[3 * step] + m[4 * step], difference2 = m[3 * step] - m[4 * step], first = m[0], last = m[5 * step];
        to[0] = 4 * first;
        to[step] = 4 * (last - difference) - 2 * difference2;
        to[2 * step] = -5 * first - 4 * sum - sum2;
        to[3 * step] = difference + 2 * difference2 - 5 * last;
        to[4 * step] = first + sum + sum2;
        to[5 * step] = last;
    }
}
