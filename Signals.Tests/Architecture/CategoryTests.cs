using System.Reflection;

namespace Signals.Tests.Architecture;

/// <summary>Keeps the filter for the first minute of work useful: most fixtures answer within it.</summary>
[Category("Fast")]
internal sealed class CategoryTests
{
    [Test]
    public void Fixtures_InTheCategoryFast_AreMostOfThemAndNoneOfReliability()
    {
        Type[] fixtures = [.. typeof(CategoryTests).Assembly.GetTypes().Where(type =>
            type.GetMethods().Any(method => method.GetCustomAttributes<TestAttribute>().Any() || method.GetCustomAttributes<TestCaseAttribute>().Any()))];
        string[] Of(string category) =>
            [.. fixtures.Where(type => type.GetCustomAttributes<CategoryAttribute>().Any(c => c.Name == category)).Select(type => type.Name)];
        Assert.That(Of("Fast").Intersect(Of("Reliability")), Is.Empty);
        Assert.That(Of("Fast"), Has.Length.GreaterThan(fixtures.Length / 2));
    }
}
