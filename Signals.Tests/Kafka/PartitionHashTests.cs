using System.Text;
using Confluent.Kafka;
using Signals.Kafka;
using Signals.Testing;

namespace Signals.Tests.Kafka;

/// <summary>The hash is part of the format: these values never change.</summary>
[Category("Fast")]
internal sealed class PartitionHashTests
{
    // The values of the test of murmur2 in Kafka's own Java client (UtilsTest).
    [TestCase("21", -973932308)]
    [TestCase("foobar", -790332482)]
    [TestCase("a-little-bit-long-string", -985981536)]
    [TestCase("a-little-bit-longer-string", -1486304829)]
    [TestCase("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971)]
    [TestCase("abc", 479470107)]
    public void Murmur2_TheKeysOfTheJavaClient_HaveItsValues(string key, int expected) =>
        Assert.That((int)PartitionHash.Murmur2(Encoding.UTF8.GetBytes(key)), Is.EqualTo(expected));

    [Test]
    public void KeyOf_AUser_IsItsIdMostSignificantByteFirst()
    {
        Assert.That(Convert.ToHexString(PartitionHash.KeyOf(UserId.From(258))), Is.EqualTo("00000000000000000000000000000102"));
        Assert.That(
            Convert.ToHexString(PartitionHash.KeyOf(UserId.From(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff")))),
            Is.EqualTo("00112233445566778899AABBCCDDEEFF"));
        Assert.That(Convert.ToHexStringLower(PartitionHash.KeyOf(UserId.From("alice"))), Is.EqualTo("48bb949a3dd26afac9a1342ad0e35dd2"));
    }

    [TestCase(1UL, 14)]
    [TestCase(2UL, 8)]
    [TestCase(42UL, 1)]
    [TestCase(ulong.MaxValue, 12)]
    public void PartitionOf_OfSixteen_IsPinned(ulong user, int expected) =>
        Assert.That(PartitionHash.PartitionOf(UserId.From(user), 16), Is.EqualTo(expected));

    [Test]
    public void PartitionOf_ManyUsers_AreSpreadEvenly()
    {
        int[] counts = new int[16];
        for (ulong user = 1; user <= 16_000; user++)
        {
            counts[PartitionHash.PartitionOf(UserId.From(user), counts.Length)]++;
        }

        Assert.That(counts, Is.All.InRange(850, 1150));
    }

    [Test]
    public async Task PartitionOf_TheClientsOwnMurmur2Partitioner_Agrees()
    {
        if (!TestBroker.IsAvailable(out string reason))
        {
            Assert.Ignore($"skipped: {reason}");
        }

        using TestBroker broker = TestBroker.Start();
        broker.CreateTopic("t", 7);
        ProducerConfig config = new() { BootstrapServers = broker.BootstrapServers, Partitioner = Partitioner.Murmur2 };
        using IProducer<byte[], byte[]> producer = new ProducerBuilder<byte[], byte[]>(config).Build();
        IEnumerable<UserId> users = Enumerable.Range(1, 40).SelectMany(i => new[] { UserId.From((ulong)i), UserId.From($"user {i}") });
        (UserId User, Task<DeliveryResult<byte[], byte[]>> Sent)[] all = [.. users.Select(user =>
            (user, producer.ProduceAsync("t", new Message<byte[], byte[]> { Key = PartitionHash.KeyOf(user), Value = [1] })))];
        foreach ((UserId user, Task<DeliveryResult<byte[], byte[]>> sent) in all)
        {
            Assert.That(PartitionHash.PartitionOf(user, 7), Is.EqualTo((await sent).Partition.Value), $"{user}");
        }
    }

    [Test]
    public void TryReadKey_WhatIsNoUser_IsRefused()
    {
        Assert.That(PartitionHash.TryReadKey(PartitionHash.KeyOf(UserId.From("bob")), out UserId user), Is.True);
        Assert.That(user, Is.EqualTo(UserId.From("bob")));
        Assert.That(PartitionHash.TryReadKey(new byte[16], out _), Is.False);
        Assert.That(PartitionHash.TryReadKey([1, 2, 3], out _), Is.False);
    }
}
