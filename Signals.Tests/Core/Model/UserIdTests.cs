using System.Text;

namespace Signals.Tests.Core.Model;

/// <summary>Where user ids come from, their order, and the hash that tables persist.</summary>
[Category("Fast")]
internal sealed class UserIdTests
{
    [Test]
    public void From_Number_IsTheLowHalf()
    {
        Assert.That(UserId.From(ulong.MaxValue), Is.EqualTo(new UserId(0, ulong.MaxValue)));
        Assert.That(UserId.From(42UL).ToString(), Is.EqualTo("42"));
    }

    [Test]
    public void From_Guid_KeepsTheOrderOfItsText()
    {
        UserId user = UserId.From(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"));
        Assert.That(user, Is.EqualTo(new UserId(0x0011223344556677, 0x8899AABBCCDDEEFF)));
        Assert.That(user.ToString(), Is.EqualTo("00112233445566778899aabbccddeeff"));
    }

    [TestCase("alice")]
    [TestCase("пользователь")]
    [TestCase("用户")]
    public void From_Text_IsTheSameFromStringSpanAndUtf8(string name)
    {
        Assert.That(UserId.From(name.AsSpan()), Is.EqualTo(UserId.From(name)));
        Assert.That(UserId.FromUtf8(Encoding.UTF8.GetBytes(name)), Is.EqualTo(UserId.From(name)));
    }

    [TestCase(170)]
    [TestCase(171)]
    [TestCase(5000)]
    public void From_LongText_IsTheSameFromStringAndUtf8(int length)
    {
        string name = new('é', length);
        Assert.That(UserId.From(name), Is.EqualTo(UserId.FromUtf8(Encoding.UTF8.GetBytes(name))));
    }

    [Test]
    public void From_RandomUtf16_TakesWhatUtf8CanHoldAndRefusesTheRest()
    {
        Random random = new(1);
        UTF8Encoding strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        Dictionary<UserId, string> seen = [];
        for (int i = 0; i < 20_000; i++)
        {
            char[] text = new char[1 + random.Next(random.Next(50) == 0 ? 400 : 4)];
            foreach (ref char c in text.AsSpan())
            {
                c = random.Next(3) == 0 ? (char)random.Next(0xD800, 0xE000) : (char)random.Next(0x250);
            }

            string name = new(text);
            byte[]? utf8 = null;
            try
            {
                utf8 = strict.GetBytes(name);
            }
            catch (EncoderFallbackException)
            {
                Assert.That(() => UserId.From(name), Throws.ArgumentException, $"{i}");
                Assert.That(() => UserId.From(name.AsSpan()), Throws.ArgumentException, $"{i}");
            }

            if (utf8 is not null)
            {
                UserId user = UserId.From(name);
                Assert.That(user, Is.EqualTo(UserId.FromUtf8(utf8)), $"{i}");
                Assert.That(seen.TryAdd(user, name) || seen[user] == name, $"{i}: two users are one");
            }
        }
    }

    [Test]
    public void From_KeysThatNobodySet_AreRefused()
    {
        Assert.That(() => UserId.From(Guid.Empty), Throws.ArgumentException);
        Assert.That(() => UserId.From(""), Throws.ArgumentException);
        Assert.That(() => UserId.FromUtf8([]), Throws.ArgumentException);
    }

    [Test]
    public void IsNobody_OfTheDefaultAndOfZero_AndOfNoOther()
    {
        Assert.That((default(UserId).IsNobody, UserId.From(0).IsNobody), Is.EqualTo((true, true)));
        Assert.That((UserId.From(1).IsNobody, new UserId(1, 0).IsNobody, UserId.From("0").IsNobody), Is.EqualTo((false, false, false)));
    }

    // Stored tables hold these values.
    [Test]
    public void FromAndHash64_KnownInput_NeverChange()
    {
        Assert.That(UserId.From("alice").ToString(), Is.EqualTo("48bb949a3dd26afac9a1342ad0e35dd2"));
        Assert.That(new UserId(1, 2).Hash64, Is.EqualTo(17939916851854735301UL));
    }

    [Test]
    public void From_EmptyText_IsRefused()
    {
        Assert.That(() => UserId.From(""), Throws.ArgumentException);
        Assert.That(() => UserId.From(ReadOnlySpan<char>.Empty), Throws.ArgumentException);
        Assert.That(() => UserId.FromUtf8([]), Throws.ArgumentException);
    }

    [Test]
    public void CompareTo_AcrossTheSignBit_IsUnsigned()
    {
        UserId[] ascending = [new(0, 0), new(0, ulong.MaxValue), new(1, 0), new(1UL << 63, 0), new(ulong.MaxValue, ulong.MaxValue)];
        for (int i = 1; i < ascending.Length; i++)
        {
            Assert.That(ascending[i - 1] < ascending[i] && ascending[i] > ascending[i - 1] && ascending[i - 1] != ascending[i]);
        }
    }

    [Test]
    public void Hash64_DenseNumbers_SpreadsOverBuckets()
    {
        int[] buckets = new int[64];
        for (ulong i = 0; i < 64_000; i++)
        {
            buckets[UserId.From(i).Hash64 & 63]++;
        }

        Assert.That(buckets, Is.All.InRange(800, 1200));
    }

    [Test]
    public void From_ShortText_AllocatesNothing()
    {
        ulong sum = UserId.From("warm up").Low;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            sum += UserId.From("a user with a name of ordinary length").Hash64;
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero, $"{sum}");
    }
}
