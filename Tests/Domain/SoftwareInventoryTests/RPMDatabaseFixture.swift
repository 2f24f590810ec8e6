import JSONText
import StreamCompression

/// `rpmdb.sqlite` as RPM 4.18 has made it, with the packages hello-fixture 1:1.2-3 and world-fixture 1.2-3.
enum RPMDatabaseFixture {
    static func content() throws -> [UInt8] {
        let compressed = Base64.decode(text.split(separator: "\n").joined()) ?? []
        let source = try DecompressingSource(MemorySource(compressed), .gzip)
        var content: [UInt8] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while case let count = try source.read(into: buffer), count > 0 { content += buffer[..<count] }
        return content
    }

    private static let text = """
        H4sICLUHDmsCA3JwbWRiLnNxbGl0ZQDt3W9sG+d9wPE7ktKJsiXajpWL4iiiqyi0bMkmeaQodgkW/6FdNzLlycoaZ03dI3mUWFN/oj+uU7RApRZo0BdD
        gRXIXuXNVvRlXwx5U6Qo9qIDiqFAsaVDCixYCqRo2qRLtmLphrbrjncPyec5UU4GDOUkfD+IyHv+3D13v9/xgY53Vm78yWxt04lXV9eX7c24pR3RQiHt
        iXhc07SQ+5PV2lLuT0Qq69oHC2lny3pPo3PsN43yWOw3g/MD3xgoHP7J4ScOvXfo8f5X+5eiL0dn+97oO218x7jW+2Lv6Z5v9xiRlyLp8AvhydAPQiP6
        89r3P3Ck7amHDfPkSX1nfNMu1Z0bS3ZqybErznp7afTifOH8QiG+cP7CbCGeaDck4qduO8/HEwuFpxcS8eLcQrz41OzsZHxpZWs5frW4ULhSmJeqa5W7
        HWovz80Xrl4pxp8s3Iyfaqw5EZ8vXC7MF4oXCzfiiet2+ba96Gwk/LaJ7ZMjhjk8rO+M+PtbW1yuZP3XhwP76VU29/HC7NyFP9g+Tj0kx/TqysamXa9v
        1irtpRF1X9sN3djfZ0/0mudG9C/UVirO3Uu19RV72dm41Wi75W6/WfGQ2OWrxUuFp+OJXf0S8bliu9rfdvz8jYsTzzzYa065Z6O6efco5a2f2GProltw
        440YNba9nRg2zJERfeekF+pmh+b7g2qYW+t34cT9zAOGmR3Tt6NeGBbWa4uLjrc3rQBKdcNqNDr19iMitUgRXzQN03LH6tk1lginVPXA3kMpsVdGaoU/
        eb9hjo3pOwkv/FIfadFUkyBvqAt5WBkyzNy4vj3gxWautLFadzYdJbRy5f1qeDr29wMkN0m5uH3czft4M+/K+iK+ct3QPYZT0qGO1sqHdZ9hjo/rOxNe
        PuRO8vJxNSPKtrqRkmNySi6urlTrtfKmEmK58j41Rh37+0GSm+SUHJVToqwvYizXHbvHcEpK1NHaKTkip0TuJC8fVVOibKsbs1VMnq2ur6/eqVXUk16q
        O6JGqFNvP0JSizxbDcqzlby2CK9UFdt7KCUXykjt2WpAnq2kPtLioJoIeUPdyMNhOQ/zznNbtXU1slLdgBqcTr396Egtch4OyXmQ1xahlaoO7z2Ukgdl
        pHYe+uU8SH2kxUNqHuQNdSEPxWivmTD1ZS80V9ZXt9aax+kV+tVwKB38QHhVUgge7jNM09R3Tngh8Fq9l6h62P5qXTjgkmGYqVF9W/eO+IK94ai/7bVq
        +tRD393TP/5WvXTCfarX/b1zVPze2V5RxK1VYew1ghJgaYBWkE/3GOboqL4z5gW51aO10KsGu72JLgT845Fec3xIr3nBKEofpMZyjxqC4q7PWVH9gJ0I
        G+bQkL4z7B14o7HxE1EPt9ilz9L1UK955ox+09u3jefq7oX0rQ334+2slIPFsLLHgcZTjVxNuqWJNd27CNi2/HldjNd8DwVm9Obu+PvaOp7r81evnZ+/
        6R3F+acW5q4W3fWuFYoLk6X6aineuCDzjtm9aD45PNC4SO/5J63/d+4LAGCf++ojoYj29Vl36bQ7vd913//Y/TE0Tf+R+37E/am4P33tL3LDb7nvveJL
        30b556J8RJR/IcrHRflt8WXwA6L8jvsedX8eEuVfivKjovyvon9GlN8V25sR5X8T7Y+J8q9E+xOi/L4oz4nyf4rt3xDl34n2W6L836Ls+OXIcVGui7Ip
        jv8FUX5AjP+X7k/YXRwW7X8tyg+K8q9E+ZS/PT0q1n/aX18X8Yrc9PvrIl6Rkugv4hOpiPKYKDuifEqUq6I8Jcp1UT7nl+/7CzHeJVH+O9H+MVF+U4xf
        FOWfiv5fE+Wfi/av+2VdF+1viXKPOF/e8c8BfUBs/7ei/ahfDo2LeL/nrx9aEvt7vyg3470oymuivCTKm43yRW3JqddXp6q1u5tb646WOpvWLHFuno83
        a1tLZxsNtweNl+8s+50Kd+3ltboT/1NnpbK6rl27uqA9tbKx5pRr1ZpT0eq1la272sqqvV5eUkeackeass5urJfPrq8tB/bC29H+5o/bXq+VTl1cXV5b
        dzY2nMrlmv8L6caEJtoaNZdq7m9km+266/bz9VXb67zxMfuOe4HuuNuf0KyzybOZqZSWOTt9Num9+6+pmbPJxiH1pT7q7Zs2NZeOTy1q5bXaqrb4udqa
        lhdHMlVxSjV7Zco/Om+drc3q1IxmV628kyqn8nY1k5uxnWrOTlolJz/jVO18JV+y7XR6plrKV/OWY81k0pXpSq6UytipzHTWzmTz/rbSViWZSadLmapj
        u91zuZQzk0vnMqlSycolc/lkySpXkllrxrGrpcx0Km1Zzkw6WZrJlLI5O90Inz/p/P73v3tDTCRuygvnkj/8ylzlldFrI+/9dOZLb36iks/nZtLTVStj
        51PTOTuVssvlvJWqpkvJmXIlV7addMndVS0znU5m8+WcM5NMzWRyVj5TzZbTKcdysnY+W6k6znRpOput5Cx3E8l8NZm085aVmc6knJTj9hfnjPv2+cZn
        uLH8VU13p8nGx37CPRUr0jT5t/9H02RzWrw/MC3GA9PiZGBaTAamxUxgWpwJTItXAtPik4Fp8VpgWrwRmBafCUyLdwLT4pcD0+LXAtPiv6jTovYf6rSo
        /TYwLWqBabE3MC0OBKbFY4Fp0QxMi8OBaTEZmBYzgWnxo4Fp8fOBafGLgWnx1cC0+FpgWnwrMC0eDUyLC4Fp8enAtPjJwLT4aX9a/Ozqer0SmBY7T4gf
        MB3eVSdBZbuBSVAds6tT4P92Avx/PAW+154CT96Jf3fr9o3sO7Pvv/a9L/56+Q0rWSmlqlYyVS5XrFzWsbNO2Z0RMzl3iHTSssrZlDWTddJaZbqUtbPT
        7i5Y+WrFzuXSqVyuXK2481s2nXfK9nTFyqSmrZI1Pe1Uk5XpGauayWZn3EMvW7lMusMU6H3QYv+uuf8BAAAAAIAD47AeHtFbjxR49/9jP9Ziv3RfAAAA
        AADA/nIsFEnofcoTbaGjeiQR7VMe8Oj3rv9f12Kvx94laAAAAAAA7ENHwwld/QbgSDgRVa7/G/f/xT9MAAAAAAAAB1Q/1/8AAAAAAHD9DwAAAAAA9j3/
        7//9TIv9l/sCAAAAAAD2syOhyJjeJ/1PcUM9eiQW7bvr//2/t7XY27HfECYAAAAAAPa9WHhMl78BiIRj0bv8/T8AAAAAAA4+/v0/AAAAAABc/wMAAAAA
        gP3P//t/P9Ziv3RfAAAAAADA/nIsFEnofUtOvb46Va3d3dxad0JH9Ugi2vfZ1fV6pVnn//2/17XY67F3CRoAAAAAAPvQ0XBCV78BOBJORDtc/7+vxX7r
        vgAAAAAAgAOkJ6zroVA4HI3y9/8BAAAAADj4+Pt/AAAAAABw/Q8AAAAAAPY/nv8HAAAAAODg4/4/AAAAAABc/wMAAAAAgP2P5/8BAAAAADj4uP8PAAAA
        AADX/wAAAAAAYP/j+X8AAAAAAA4+7v8DAAAAAMD1PwAAAAAA2P8az/+HYm9rsffdFwAAAAAAsN9FQ5Hjet/LxuDtUJ8eOR71Fv3r/3/UYr9wXwAAAAAA
        wH4xFIpM6n3nkj/8ylzlldFrI+/9dOZLb34idFyPTEb77sS/u3X7Rvad2fdf+94Xf738hn/9/1da7B/cFwAAAAAA0C1Tocizel8ln8/NpKerVsbOp6Zz
        dipll8t5K1VNl5Iz5UqubDvpUjVvhSb1yLPRPitZKaWqVjJVLlesXNaxs07ZXTuTy+WT6aRllbMpaybrpPu96/9varFX3RcAAAAAANBNk+Fn9Q/9DcCZ
        8LPRD3v937j/Pxx+QYv9eeyxwZcG5we+MVA4/JPDTxx679Dj/a/2L0Vfjs72vdF32viOca33xd7TPd/uMSIvRdLhF8KToR+ERvTnte9rFe2Te+x3n/9m
        3Eyd1Lf12krFuXtjyU4tOXbFWb9123n+Vq0i1cQvzhfOLxTiV4uXCk/HE7u7JuJzRbk+ccptiJ+/cXFie+phwzx5Ut8Z37RLdafdpb00Kra+cP7CbEHZ
        StzbTGKh8PRCIl6cW4gXn5qdnYwvrWwtu/uyULhSmJeq3f3oUHt5br5w9Uox/mThZvxUY82J+HzhcmG+ULxYuBFPXLfLt+1FZyPht01snxwxzOFhfWfE
        39/a4nIl678+HNhPr7K5jxdm5y78wfZx6iE5pldXNjbten2zVmkvjaj72m7oxv4+e6LXPDeif8E7zy7V1lfsZWfjVqOtce40Kx5ST7Jd/fxzrFntb9s7
        xZ55sNeccs94dfPizGyWT+yxdeUEbm+8dfomhg1zZETfOemFutmh+f6gGubW+l04cT/zgGFmx/TtqBeGhfXa4qLj7U0rgFLdsBqNTr39iEgtUsQXTcO0
        3LF6do0lwilVPbD3UErslZFa4U/eb5hjY/pOwgu/1EdaNNUkyBvqQh5WhgwzN65vD3ixmSttrNadTUcJrVx5vxqejv39AMlNUi5uH3fzPt7Mu7K+iK9c
        N3SP4ZR0qKO18mHdZ5jj4/rOhJcPuZO8fFzNiLKtbqTkmJySi6sr1XqtvKmEWK68T41Rx/5+kOQmOSVH5ZQo64sYy3XH7jGckhJ1tHZKjsgpkTvJy0fV
        lCjb6sZsFZNnq+vrq3dqFfWkl+qOqBHq1NuPkNQiz1aD8mwlry3CK1XF9h5KyYUyUnu2GpBnK6mPtDioJkLeUDfycFjOw7zz3FZtXY2sVDegBqdTbz86
        Uouch0NyHuS1RWilqsN7D6XkQRmpnYd+OQ9SH2nxkJoHeUNdyEMx2msmTH3ZC82V9dWtteZxeoV+NRxKBz8QXpUUgof7DNM09Z0TXgi8Vu8lqh62v1oX
        DrhkGGZqtHnxccHecNTf9lo1feqh7+7pH3+rXjrhPtXr/t45Kn7vbK8o4taqMPYaQQmwNEAryKd7DHN0VN8Z84Lc6tFa6FWD3d5EFwL+8UivOT6k17xg
        FKUPUmO5Rw1BcdfnrKh+wE6EDXNoSN8Z9g680dj4iaiHW+zSZ+l6qNc8c0a/6e3bxnP12qZza8P9eDsr5WAxrOxxoPFUI1eTbmliTfcuArYtf14X4zXf
        Q4EZvbk7/r62juf6/NVr5+dvekdx/qmFuatFd71rheLCZKm+Woo3LshaxzzRuP7n7/8DAAAAAHCwDRz6e21Y+5Z2aPXQkf5PR1+JHu77pvGWsdr7q97x
        nhd7eiPXwv8cXgq9HJrV39Af0b4Ve2HwR4P1QW3gb7qyuxtThpmf0LeP+o8SbK2t1Z1lZ0W5iaHWJgOPFHRcRTxWoLRJ30LlJw1zYkLfmfJv1Svd1NK5
        wK17dYvd+N79jPy9+42tRbdNvcMk1Z0Nxmp372akWi3y9+6n5e/d5bVbmWlVTe09VCAn0kjt790n5O/dpT7S4mQwFe0NdSEP66fcEzfRPHHnnfLqsnta
        VAJ3QKTaM8EbE53WaN6bkNqkfKwmDDOXaN6OVLfQuhMiVZ6+15CBuyHKiK28TD9qmImEvnNG3A+ReimFieA9EXlz3XgYZ3DcMK9k9e0p8aCBvbJRrdWd
        zY5PN+xuPBV89uAe6zefQtjdRUrd9qFHDLPg7tDE3jvUegSiw5Y+xP4EHorotDutvD455s4iWX0nL56O2N25U92jweclOozRhWR/7iOG+fgZfXvYC+3l
        PdIUqB9XI3r5nsm9vGdeP3vSMP/IHXuo49giJYHqR+49tJLHy3um8LG40bhZsXPOS2GgX6D4ETVxl7ufs/KoYfIIIY8Q8gjh3o8Qapr+Fo8QHvxHCJ9M
        9zaew/oz5bbzpr2ZkpezHW84N1pObZbqk+6hTDZKE59JyakorCzZK2X1SRupLqPGp1NvP0BSi5yKpJwKeW0RXanK2nsoJRXKSO1UnJNTIfWRFtNqKuQN
        deEjcees+4vBRPMXg8BVavtSTa5O3fPKNnjBpl7atnLS+Pf/3P8HAAAAAOBg4/ofAAAAAICDj3//DwAAAADAwcf9fwAAAAAAuP4HAAAAAAD7H8//AwAA
        AABw8HH/HwAAAAAArv8BAAAAAMD+x/P/AAAAAAAcfNz/BwAAAACA638AAAAAALD/8fw/AAAAAAAHH/f/AQAAAADg+h8AAAAAAOx/PP8PAAAAAMDBx/1/
        AAAAAAC4/gcAAAAAAPtf4/l/PfYzzf0PAAAAAADsb6YeGRq/r2gvO42fW7ed52/VKnfT8dT/APB1PWQAUAMA
        """
}
