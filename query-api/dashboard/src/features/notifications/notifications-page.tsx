import { useQuery } from "@tanstack/react-query";
import { BellRing } from "lucide-react";
import { useAccount } from "@/shared/session/account";
import { Below, Card, Empty, Page } from "@/shared/ui/layout";
import { usePageTitle } from "@/shared/ui/title";
import { channelsQuery, preferencesQuery } from "./api";
import { ChannelsCard } from "./channels-card";
import { PreferencesCard } from "./preferences-card";
import { ReportsCard } from "./reports-card";

export function NotificationsPage() {
  usePageTitle("Notifications");
  const account = useAccount();
  const channels = useQuery(channelsQuery(account));
  const preferences = useQuery(preferencesQuery(account));
  if (!account.mayManage) {
    return (
      <Page title="Notifications">
        <Card>
          <Empty icon={BellRing} title="Channels are for this team's admins">
            Your own are under Personal, in the menu of accounts above.
          </Empty>
        </Card>
      </Page>
    );
  }
  return (
    <Page
      title="Notifications"
      description={account.isTeam ? `Who hears of alerts of ${account.name}, and how.` : "How you hear of your own alerts."}
    >
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4" key={account.key}>
        <ChannelsCard account={account} />
        <Below isSettled={!channels.isPending}>
          <PreferencesCard account={account} />
        </Below>
        <Below isSettled={!channels.isPending && !preferences.isPending}>
          <ReportsCard account={account} />
        </Below>
      </div>
    </Page>
  );
}
