using System.Runtime.InteropServices;
using Signals.Bench.Vectors;

namespace Signals.Bench.Soak;

/// <summary>
/// Events whose fields are computed from their identity, so that every row that is read can be checked by itself. Pure.
/// </summary>
internal static class SoakEvent
{
    public const int Dimensions = 64;
    public const int KeepLast = 200;

    /// <summary>The bytes of an event with its vector, without encoding.</summary>
    public const int RowBytes = 8 + 8 + 8 + 4 + Dimensions;

    public static readonly string[] Types = ["view", "click", "purchase"];

    public static StoreSchema Schema { get; } = StoreSchema.Define(s => Array.ForEach(Types, type => s.EventType(type, t => t
        .Field<long>("item_id")
        .Field<float>("dwell")
        .EnrichmentVector<sbyte>("embedding", Dimensions)
        .KeepLast(KeepLast)
        .MaxAge(TimeSpan.FromDays(2)))));

    public static long ItemOf(long timeMs, ulong id) => (long)(((ulong)timeMs * 0x9E37_79B9_7F4A_7C15) ^ (id * 0xBF58_476D_1CE4_E5B9));

    /// <summary>The value with which an event arrives.</summary>
    public static float DwellOf(ulong id) => id % 977 / 8f;

    /// <summary>The value that a job corrects it to.</summary>
    public static float CorrectedDwellOf(ulong id) => 1000 + DwellOf(id);

    public static void WriteEmbedding(ulong id, Span<sbyte> embedding) =>
        VectorWorkload.WriteVector(id, MemoryMarshal.AsBytes(embedding));

    /// <summary>Describes the first error in an answer, or returns null.</summary>
    public static string? FirstFault(in Sequence answer)
    {
        ReadOnlySpan<long> times = answer.Times;
        ReadOnlySpan<ulong> ids = answer.Ids;
        ReadOnlySpan<long> items = answer.Field<long>("item_id");
        ReadOnlySpan<float> dwells = answer.Field<float>("dwell");
        ReadOnlySpan<sbyte> embeddings = answer.Vector<sbyte>("embedding");
        ReadOnlySpan<ColumnState> enriched = answer.States("embedding");
        Span<sbyte> expected = stackalloc sbyte[Dimensions];
        for (int row = 0; row < times.Length; row++)
        {
            if (row > 0 && times[row] > times[row - 1])
            {
                return $"row {row} is newer than the one before";
            }

            bool isDwellKnown = dwells[row] == DwellOf(ids[row]) || dwells[row] == CorrectedDwellOf(ids[row]);
            if (items[row] != ItemOf(times[row], ids[row]) || !isDwellKnown)
            {
                return $"row {row} ({times[row]}, {ids[row]}) has the fields of another event";
            }

            WriteEmbedding(ids[row], expected);
            if (enriched[row] == ColumnState.Value && !embeddings.Slice(row * Dimensions, Dimensions).SequenceEqual(expected))
            {
                return $"row {row} ({times[row]}, {ids[row]}) has the vector of another event";
            }
        }

        return null;
    }
}
