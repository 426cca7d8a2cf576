using System.Reflection;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace Gateway.TestKit;

/// <summary>
/// xunit's framework with a limit for every test that sets none of its own: one that stands still fails by its name, and the others
/// go on, instead of the whole project ending at the limit of <c>tests/run</c> without a word. It says nothing of speed.
/// </summary>
public sealed class LimitedTestFramework : XunitTestFramework
{
    /// <summary>Several times what the longest test takes on a busy machine.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    protected override ITestFrameworkDiscoverer CreateDiscoverer(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        return new Discoverer(new XunitTestAssembly(assembly, version: assembly.GetName().Version));
    }

    private sealed class Discoverer(IXunitTestAssembly assembly) : XunitTestFrameworkDiscoverer(assembly)
    {
        protected override ValueTask<bool> FindTestsForMethod(
            IXunitTestMethod testMethod, ITestFrameworkDiscoveryOptions discoveryOptions, Func<ITestCase, ValueTask<bool>> discoveryCallback)
        {
            ArgumentNullException.ThrowIfNull(testMethod);
            foreach (FactAttribute fact in testMethod.FactAttributes.OfType<FactAttribute>())
                if (fact.Timeout == 0) fact.Timeout = (int)Limit.TotalMilliseconds;
            return base.FindTestsForMethod(testMethod, discoveryOptions, discoveryCallback);
        }
    }
}
