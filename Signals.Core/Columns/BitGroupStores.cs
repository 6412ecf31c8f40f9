using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Signals.Core.Columns;

/// <summary>
/// Writes eight rows of each width for <see cref="BitGroups"/>. Pure. The caller ensures that there is room for eight rows.
/// </summary>
internal static class BitGroupStores
{
    /// <summary>Rows of one byte.</summary>
    internal readonly struct ToUInt8 : IBitGroupStore<byte>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector256<uint> eight, byte low, ref byte to)
        {
            Vector128<ushort> shorts = Vector128.Narrow(eight.GetLower(), eight.GetUpper());
            Vector128<byte> bytes = Vector128.Narrow(shorts, shorts) + Vector128.Create(low);
            Unsafe.WriteUnaligned(ref to, bytes.AsUInt64().ToScalar());
        }

        public static void Store(Vector256<ulong> four, Vector256<ulong> next, byte low, ref byte to) =>
            Store(Vector256.Narrow(four, next), low, ref to);

        public static void Store(Vector512<ulong> eight, byte low, ref byte to) =>
            Store(Avx512F.ConvertToVector256UInt32(eight), low, ref to);
    }

    /// <summary>Rows of two bytes.</summary>
    internal readonly struct ToUInt16 : IBitGroupStore<ushort>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector256<uint> eight, ushort low, ref ushort to) =>
            (Vector128.Narrow(eight.GetLower(), eight.GetUpper()) + Vector128.Create(low)).StoreUnsafe(ref to);

        public static void Store(Vector256<ulong> four, Vector256<ulong> next, ushort low, ref ushort to) =>
            Store(Vector256.Narrow(four, next), low, ref to);

        public static void Store(Vector512<ulong> eight, ushort low, ref ushort to) =>
            Store(Avx512F.ConvertToVector256UInt32(eight), low, ref to);
    }

    /// <summary>Rows of four bytes.</summary>
    internal readonly struct ToUInt32 : IBitGroupStore<uint>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector256<uint> eight, uint low, ref uint to) => (eight + Vector256.Create(low)).StoreUnsafe(ref to);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector256<ulong> four, Vector256<ulong> next, uint low, ref uint to) =>
            Store(Vector256.Narrow(four, next), low, ref to);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector512<ulong> eight, uint low, ref uint to) =>
            Store(Avx512F.ConvertToVector256UInt32(eight), low, ref to);
    }

    /// <summary>Rows of eight bytes.</summary>
    internal readonly struct ToUInt64 : IBitGroupStore<ulong>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector256<uint> eight, ulong low, ref ulong to)
        {
            if (Avx512F.IsSupported)
            {
                Store(Avx512F.ConvertToVector512UInt64(eight), low, ref to);
                return;
            }

            (Vector256<ulong> four, Vector256<ulong> next) = Vector256.Widen(eight);
            Store(four, next, low, ref to);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector256<ulong> four, Vector256<ulong> next, ulong low, ref ulong to)
        {
            (four + Vector256.Create(low)).StoreUnsafe(ref to);
            (next + Vector256.Create(low)).StoreUnsafe(ref to, 4);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector512<ulong> eight, ulong low, ref ulong to) => (eight + Vector512.Create(low)).StoreUnsafe(ref to);
    }
}
