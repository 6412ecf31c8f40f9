namespace Signals.Tests.Core.Model;

/// <summary>What is printed of a user is taken as that user, and what could be two users is taken as none.</summary>
[Category("Fast")]
internal sealed class UserReferenceTests
{
    [Test]
    public void ToString_OfAnyUser_IsReadBack([Random(20)] ulong high, [Random(20)] ulong low)
    {
        UserId[] users =
        [
            new(high, low), UserId.From(low), UserId.From($"user {low}"),
            UserId.From(Guid.NewGuid()), new(1, 0), UserId.From(ulong.MaxValue),
        ];
        foreach (UserId user in users)
        {
            string text = user.ToString();
            Assert.That((UserId.TryParse(text, out UserId read), read), Is.EqualTo((true, user)), text);
            Assert.That(UserReference.Parse(text), Is.EqualTo(user), text);
        }
    }

    [TestCase("")]
    [TestCase("007")]
    [TestCase("+7")]
    [TestCase("-7")]
    [TestCase(" 7")]
    [TestCase("7 ")]
    [TestCase("7.0")]
    [TestCase("1e3")]
    [TestCase("1,000")]
    [TestCase("1_000")]
    [TestCase("0x7")]
    [TestCase("18446744073709551616")]
    [TestCase("0123456789abcdef0123456789abcde")]
    [TestCase("0123456789abcdef0123456789abcdef0")]
    [TestCase("0123456789ABCDEF0123456789ABCDEF")]
    [TestCase("00000000000000000000000000000007")]
    [TestCase("abcdefabcdefabcdefab")]
    [TestCase("01234567-89ab-cdef-0123-456789abcdef")]
    [TestCase("{01234567-89ab-cdef-0123-456789abcdef}")]
    [TestCase("id:7")]
    [TestCase("id:0123456789abcdef0123456789abcde")]
    [TestCase("id: 123456789abcdef0123456789abcdef")]
    [TestCase("id:0123456789ABCDEF0123456789abcdef")]
    [TestCase("guid:0123456789abcdef0123456789abcdef")]
    [TestCase("guid:7")]
    [TestCase("guid:00000000-0000-0000-0000-000000000000")]
    [TestCase("text:")]
    [TestCase("Text:alice")]
    [TestCase("user:7")]
    [TestCase("7\0")]
    [TestCase("7\t")]
    [TestCase("\n7")]
    [TestCase("\u200e7")]
    [TestCase("7\u00a0")]
    [TestCase("\ufeff0123456789abcdef0123456789abcdef")]
    [TestCase("\u0661\u0662\u0663")]
    [TestCase("\uff17")]
    [TestCase("\U0001D7D5")]
    [TestCase("alice\n")]
    [TestCase(" alice")]
    [TestCase("ali\0ce")]
    public void Parse_WhatCouldMeanAnother_IsRefused(string text)
    {
        Assert.That(() => UserReference.Parse(text), Throws.TypeOf<FormatException>());
        Assert.That(UserId.TryParse(text, out UserId _), Is.False);
    }

    [Test]
    public void Parse_EachForm_IsThatUser()
    {
        Guid guid = Guid.Parse("01234567-89ab-cdef-0123-456789abcdef");
        Assert.That(UserReference.Parse("7"), Is.EqualTo(UserId.From(7)));
        Assert.That(UserReference.Parse("text:7"), Is.EqualTo(UserId.From("7")));
        Assert.That(UserReference.Parse("text:text:7"), Is.EqualTo(UserId.From("text:7")));
        Assert.That(UserReference.Parse("alice"), Is.EqualTo(UserId.From("alice")));
        Assert.That(UserReference.Parse("text:7\t"), Is.EqualTo(UserId.From("7\t")));
        Assert.That(UserReference.Parse("al ice"), Is.EqualTo(UserId.From("al ice")));
        Assert.That(UserReference.Parse("\u0661 \u0628"), Is.EqualTo(UserId.From("\u0661 \u0628")), "an Arabic digit and letter");
        Assert.That(
            UserReference.Parse("\U0001F468\u200d\U0001F469"), Is.EqualTo(UserId.From("\U0001F468\u200d\U0001F469")), "joined emoji");
        Assert.That(UserReference.Parse($"guid:{guid}"), Is.EqualTo(UserId.From(guid)));
        Assert.That(UserReference.Parse("id:0123456789abcdef0123456789abcdef"), Is.EqualTo(UserId.From(guid)));
        Assert.That(UserReference.Parse("id:00000000000000000000000000000007"), Is.EqualTo(UserId.From(7)));
    }
}
