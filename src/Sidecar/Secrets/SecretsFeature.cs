using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.Secrets;

internal sealed class SecretsFeature(SidecarContext context) : ISidecarFeature
{
    public void Map(SidecarRoutes routes)
    {
        _ = context;
    }
}
