using System.Runtime.InteropServices;
using System.Text;

namespace Signals.Samples.ConsoleHost.Generation;

/// <summary>
/// Makes the fields of a generated event from its identity alone. Some are null or absent on purpose, as in real streams.
/// Immutable after construction; allocates nothing per event.
/// </summary>
internal sealed class ShoppingFields
{
    private const int ItemTableSize = 1 << 16;
    private const int Items = 50_000;
    private static readonly byte[][] Countries = [.. new[]
    {
        "DE", "US", "FR", "GB", "JP", "BR", "IN", "ES", "IT", "NL", "PL", "SE", "CH", "AT", "CA", "AU",
    }.Select(Encoding.UTF8.GetBytes)];

    private readonly ulong _seed;
    private readonly int[] _items = new int[ItemTableSize];

    /// <summary>Fields that depend on <paramref name="seed"/>; item popularity has the given skew.</summary>
    public ShoppingFields(ulong seed, double itemExponent)
    {
        _seed = SampleRandom.Mix(seed + 0xF1);
        SampleRandom random = new(_seed);
        ZipfRanks ranks = new(Items, itemExponent);
        foreach (ref int item in _items.AsSpan())
        {
            item = ranks.Draw(ref random);
        }
    }

    /// <summary>Sets the columns of <paramref name="single"/>, whose event type was begun.</summary>
    public void Fill(SingleEvent single, in ShoppingKey key)
    {
        SampleRandom random = new(SampleRandom.Mix(key.Id ^ _seed));
        ulong bits = random.Next();
        int item = _items[bits % ItemTableSize];
        byte surface = (byte)((bits >> 16) % 6);
        single.Set(0, item);
        switch (key.Type)
        {
            case 0:
                FillView(single, key.User, surface, random.Next());
                break;
            case 1:
                single.Set(1, surface);
                single.Set(2, (sbyte)((int)((bits >> 24) % 5) - 1));
                break;
            default:
                FillPurchase(single, key.User, item, random.Next());
                break;
        }
    }

    private static void FillView(SingleEvent single, uint user, byte surface, ulong bits)
    {
        // 1 % of the clients do not send the surface, 2 % send that they could not measure the dwell time.
        if (bits % 100 != 0)
        {
            single.Set(1, surface);
        }
        if ((bits >> 8) % 50 == 0)
        {
            single.SetNull(2);
        }
        else
        {
            single.Set(2, ((bits >> 16) & 0xFFF) * 0.125f);
        }
        single.SetBytes(3, Country(user));
    }

    private static void FillPurchase(SingleEvent single, uint user, int item, ulong bits)
    {
        ulong itemBits = SampleRandom.Mix((ulong)item);
        single.Set(1, ((itemBits % 20_000) + 99) / 100.0);
        single.Set(2, (ushort)(1 + (bits % 4)));
        single.SetBytes(3, Country(user));
        Span<Half> embedding = stackalloc Half[ShoppingSchema.EmbeddingSize];
        for (int i = 0; i < embedding.Length; i++)
        {
            embedding[i] = (Half)((((itemBits >> (i * 8)) & 0xFF) / 128.0f) - 1.0f);
        }
        single.SetBytes(4, MemoryMarshal.AsBytes(embedding));
    }

    private static byte[] Country(uint user) => Countries[SampleRandom.Mix(user) % (ulong)Countries.Length];
}
