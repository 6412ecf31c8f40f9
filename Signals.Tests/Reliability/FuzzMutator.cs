using System.Buffers.Binary;
using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>
/// Changes bytes the way fuzzers do: flips, extreme numbers, pieces cut out, doubled or put elsewhere.
/// Deterministic by its seed. Threads: one.
/// </summary>
internal sealed class FuzzMutator(ulong seed)
{
    private static readonly uint[] Extremes = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x3FFF_FFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF];

    private SimRandom _random = new(seed);

    /// <summary>A changed copy.</summary>
    public byte[] Mutate(ReadOnlySpan<byte> good)
    {
        List<byte> bytes = [.. good];
        for (int edits = 1 + _random.Below(4); edits > 0 && bytes.Count > 0; edits--)
        {
            Edit(bytes);
        }

        return [.. bytes];
    }

    private void Edit(List<byte> bytes)
    {
        int at = _random.Below(bytes.Count);
        int count = 1 + _random.Below(Math.Min(16, bytes.Count - at));
        switch (_random.Below(9))
        {
            case 0:
                bytes[at] ^= (byte)(1 << _random.Below(8));
                break;
            case 1:
                bytes[at] = (byte)_random.Next();
                break;
            case 2 or 3 when bytes.Count - at >= sizeof(uint):
                Span<byte> number = stackalloc byte[sizeof(uint)];
                BinaryPrimitives.WriteUInt32LittleEndian(number, Extremes[_random.Below(Extremes.Length)]);
                for (int i = 0; i < number.Length; i++)
                {
                    bytes[at + i] = number[i];
                }

                break;
            case 4:
                bytes.RemoveRange(at, count);
                break;
            case 5:
                bytes.InsertRange(_random.Below(bytes.Count), bytes.GetRange(at, count));
                break;
            case 6:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 7:
                bytes.AddRange(bytes.GetRange(at, count));
                break;
            default:
                bytes[at] = (byte)(bytes[at] + (_random.Coin() ? 1 : -1));
                break;
        }
    }
}
